// The goals: `most` or `least` bounds the ratio of ours to the peer's. A row whose peer is a number has
// a limit of its own instead of a peer.

const BARE = 'bare Socket.IO';
const TUTORIAL = 'tutorial chat';
const VITE = 'create-vite';

export const ROWS = [
  { id: 'B1', what: 'a message, rooms of 2', unit: 'us CPU', peer: BARE, most: 1.5 },
  { id: 'B2', what: 'a message, rooms of 10', unit: 'us CPU', peer: BARE, most: 0.8 },
  { id: 'B3', what: 'a message, rooms of 200', unit: 'us CPU', peer: BARE, most: 0.4 },
  { id: 'B4', part: '2', what: 'messages, rooms of 2', unit: '/s', peer: TUTORIAL, least: 15 },
  { id: 'B4', part: '10', what: 'messages, rooms of 10', unit: '/s', peer: TUTORIAL, least: 15 },
  { id: 'B4', part: '200', what: 'messages, rooms of 200', unit: '/s', peer: TUTORIAL, least: 8 },
  { id: 'B5', what: 'answer at 10 % load, p50', unit: 'ms', peer: 'bare insertOne', most: 1.5 },
  { id: 'B6', what: 'an idle connection', unit: 'KiB heap', peer: BARE, most: 1 },
  { id: 'B7', what: 'a page of 100,000', unit: 'us CPU', peer: 'bare find', most: 3 },
  {
    id: 'B7',
    part: 'flat',
    what: 'a page of 100,000',
    unit: 'us CPU',
    peer: 'of 1,000',
    most: 1.2,
  },
  { id: 'B8', what: 'connects', unit: '/s', peer: BARE, least: 0.6 },
  { id: 'B9', what: 'notice across nodes, p50', unit: 'ms', peer: 'within one', most: 4 },
  {
    id: 'B10',
    part: '100',
    what: 'a message, 100 rooms',
    unit: 'us CPU',
    peer: '10 rooms',
    most: 1.5,
  },
  {
    id: 'B10',
    part: '1000',
    what: 'a message, 1,000 rooms',
    unit: 'us CPU',
    peer: '10 rooms',
    most: 1.5,
  },
  { id: 'B13', what: 'a list of 5,000', unit: 'ms CPU', peer: 'of 50', most: 2 },
  { id: 'B13', part: 'limit', what: 'a list of 5,000', unit: 'ms CPU', peer: 15, most: 1 },
  { id: 'G1', what: 'a project of everything', unit: 'ms CPU', peer: VITE, most: 1.3 },
  { id: 'G2', what: 'a project of everything', unit: 'ms CPU', peer: 'node -e 0', most: 2.5 },
  { id: 'G3', part: 'help', what: '--help', unit: 'ms CPU', peer: `${VITE} --help`, most: 1 },
  { id: 'G3', part: 'version', what: '--version', unit: 'ms CPU', peer: `${VITE} --help`, most: 1 },
  { id: 'G4', what: 'cold npx', unit: 'ms', peer: VITE, most: 1.3 },
  { id: 'G4', part: 'packages', what: 'what npx installs', unit: 'packages', peer: 1, most: 1 },
  { id: 'G4', part: 'size', what: 'what npx installs', unit: 'KiB', peer: 1024, most: 1 },
  { id: 'G5', what: 'first question', unit: 'ms', peer: VITE, most: 1.2 },
  { id: 'G6', what: 'production tree', unit: 'packages', peer: 130, most: 1 },
  { id: 'G6', part: 'scripts', what: 'install scripts in it', unit: '', peer: 0, most: 1 },
  { id: 'G7', what: 'plan of an add', unit: 'ms CPU', peer: 'creating, dry', most: 2 },
  { id: 'G8', what: 'status', unit: 'ms CPU', peer: 'git status', most: 1.5 },
  { id: 'G9', what: 'update from 0.1.0', unit: 'ms CPU', peer: 'creating', most: 5 },
];

/** The name under which a measure reports a row. */
export const keyOf = ({ id, part }) => (part === undefined ? id : `${id}.${part}`);
