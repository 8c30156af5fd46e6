// The goals: `most` or `least` bounds the ratio of ours to the peer's. A row whose peer is a number is
// held to it instead of to a peer. `limit`: what no design here can pass, or what stands in its way, where
// it is known.

const BARE = 'bare Socket.IO';
const TUTORIAL = 'tutorial chat';
const CENTRIFUGO = 'Centrifugo';
const FEATHERS = 'feathers-chat';
const VITE = 'create-vite';

const cpu = (id, what, peer, most, limit) => ({ id, what, unit: 'us CPU', peer, most, limit });

/** A row for each size of rooms, with its goal. */
const inSizes = ({ goals, bound, what, ...row }) =>
  Object.entries(goals).map(([part, goal]) => ({
    ...row,
    part,
    what: `${what}, rooms of ${part}`,
    [bound]: goal,
  }));

const messages = [
  cpu('B1', 'a message, rooms of 2', BARE, 1.5, '1.0 + 5 us of driver'),
  cpu('B2', 'a message, rooms of 10', BARE, 0.65, 'ten writes a flush'),
  cpu('B3', 'a message, rooms of 200', BARE, 0.18, 'a write a socket, flush'),
  ...inSizes({
    id: 'B4',
    what: 'messages',
    unit: '/s',
    peer: TUTORIAL,
    bound: 'least',
    goals: { 2: 15, 10: 16, 200: 12 },
    limit: 'both cores busy',
  }),
];

const answers = [
  { id: 'B5', what: 'answer at 100 a second, p50', most: 1.3, limit: '1.0' },
  {
    id: 'B5',
    part: 'tenth',
    what: 'answer at 10 % load, p50',
    most: 2,
    limit: '1.5: half a commit',
  },
].map((row) => ({ ...row, unit: 'ms', peer: 'insertOne' }));

const backend = [
  {
    id: 'B6',
    what: 'an idle connection',
    unit: 'KiB heap',
    peer: BARE,
    most: 1,
    limit: 'ws 2.5 KiB',
  },
  cpu('B7', 'a page of 100,000', 'bare find', 3, 'decode, encode'),
  { ...cpu('B7', 'a page of 100,000', 'of 1,000', 1.2, 'decode, encode'), part: 'flat' },
  { id: 'B8', what: 'connects', unit: '/s', peer: BARE, least: 0.55, limit: '0.64 without heads' },
  {
    id: 'B9',
    what: 'notice across nodes, p50',
    unit: 'ms',
    peer: 'within one',
    most: 2,
    limit: 'a hop',
  },
  { ...cpu('B10', 'a message, 100 rooms', '10 rooms', 1.2, 'bare itself: 1.4'), part: '100' },
  { ...cpu('B10', 'a message, 1,000 rooms', '10 rooms', 1.5, 'bare itself: 1.9'), part: '1000' },
  {
    ...cpu('B11', 'a message, rooms of 2', TUTORIAL, 0.05, '5 us + 420 / batch'),
    unit: 'us mongod',
  },
  cpu('B12', 'a message, a room of 1,000', BARE, 0.15, '0.4 us a delivery'),
  {
    id: 'B13',
    what: 'a list of 5,000',
    unit: 'ms CPU',
    peer: 15,
    most: 1,
    limit: "the page's 2.5 ms",
  },
  { id: 'B13', part: 'flat', what: 'a list of 5,000', unit: 'ms CPU', peer: 'of 50', most: 2 },
  ...inSizes({
    id: 'B14',
    what: 'a message',
    unit: 'us CPU',
    peer: CENTRIFUGO,
    bound: 'most',
    goals: { 2: 2.2, 10: 1.6, 200: 0.6 },
    limit: 'they store nothing',
  }),
  ...inSizes({
    id: 'B15',
    what: 'messages',
    unit: '/s',
    peer: FEATHERS,
    bound: 'least',
    goals: { 2: 11, 10: 12, 200: 14 },
  }),
  // Of server and database. Of the features of messages.
  cpu('B16', 'a message, features unused', 'without them', 1.05, 'feed of search: 500 a second'),
  { ...cpu('B16', 'the same without search', 'without them', 1.05), part: 'parts' },
  { ...cpu('B17', 'a reply', 'a plain message', 1.5, 'a read a batch'), part: 'reply' },
  { ...cpu('B17', 'a mention', 'a plain message', 1.5, 'a read a batch'), part: 'mention' },
  {
    ...cpu('B17', 'an attachment', 'a plain message', 3, 'its file is taken before'),
    part: 'attachment',
  },
  cpu('B18', 'a reaction, 200 at once', 'a lone edit', 0.2),
  { ...cpu('B19', 'a page of 50, features unused', 'without them', 1.3), part: 'unused' },
  { ...cpu('B19', 'a page of 50 with everything', 'without them', 3), part: 'used' },
];

const search = [
  {
    id: 'B20',
    what: 'a search of 300,000, p95',
    unit: 'ms',
    peer: 50,
    most: 1,
    limit: '200 ranges of an index',
  },
  {
    id: 'B20',
    part: 'sends',
    what: 'messages beside its feed',
    unit: '/s',
    peer: 'without it',
    least: 0.9,
    limit: '500 states a second',
  },
];

const generator = [
  {
    id: 'G1',
    what: 'a project of everything',
    peer: VITE,
    most: 1.3,
    limit: '0.76: writing alone',
  },
  { id: 'G2', what: 'a project of everything', peer: 'node -e 0', most: 2.5, limit: '1.4' },
  { id: 'G3', part: 'help', what: '--help', peer: `${VITE} --help`, most: 1 },
  { id: 'G3', part: 'version', what: '--version', peer: `${VITE} --help`, most: 1 },
  { id: 'G4', what: 'cold npx', unit: 'ms', peer: VITE, most: 1.3 },
  { id: 'G4', part: 'packages', what: 'what npx installs', unit: 'packages', peer: 1, most: 1 },
  { id: 'G4', part: 'size', what: 'what npx installs', unit: 'KiB', peer: 512, most: 1 },
  { id: 'G5', what: 'first question', unit: 'ms', peer: VITE, most: 1.2 },
  { id: 'G6', what: 'production tree', unit: 'packages', peer: 130, most: 1 },
  { id: 'G6', part: 'scripts', what: 'install scripts in it', unit: '', peer: 0, most: 1 },
  { id: 'G7', what: 'plan of an add', peer: 'creating, dry', most: 2 },
  { id: 'G8', what: 'status', peer: 'git status', most: 1.5, limit: '16: node -e 0' },
  { id: 'G9', what: 'update from 0.1.0', peer: 'creating', most: 5 },
].map((row) => ({ unit: 'ms CPU', ...row }));

export const ROWS = [...messages, ...answers, ...backend, ...search, ...generator];

/** The name under which a measure reports a row. */
export const keyOf = ({ id, part }) => (part === undefined ? id : `${id}.${part}`);
