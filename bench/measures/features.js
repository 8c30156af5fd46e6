import { Agent } from 'node:http';
import { standardFeatures } from '../backend.js';
import { canAsk } from '../processor-time.js';
import { say } from '../requests.js';
import { interleave } from '../statistics.js';
import { PAGES, readPages } from './history.js';
import {
  LAST,
  PAGE,
  peerOf,
  prepareChanges,
  toAttachments,
  toReplies,
  untilFound,
  useEverything,
} from './feature-use.js';
import { close, measureTalk, openCrowd, sendersOf } from './messages.js';

const ROUNDS = 5;
const SENDERS = 400;
const ENOUGH_SECONDS = 30; // for those who end when they have nothing left to send
/** Those that add to messages. */
const OF_MESSAGES = ['attachments', 'mentions', 'pins', 'reactions', 'search', 'threads'];

/** What features of messages cost: where nobody uses them, and where somebody does. Server and database. */
export const features = {
  rows: ['B16', 'B17', 'B18', 'B19'],
  async run(backend, { skip }) {
    if (!canAsk()) {
      skip(features.rows, 'no /proc here');
      return {};
    }
    const others = standardFeatures().filter((name) => !OF_MESSAGES.includes(name));
    const all = [...others, ...OF_MESSAGES];
    const sets = { without: others, parts: all.filter((name) => name !== 'search'), used: all };
    const started = {};
    try {
      for (const [name, chosen] of Object.entries(sets))
        started[name] = await start(await backend.another(name, chosen));
      return await measureAll(started);
    } finally {
      for (const one of Object.values(started)) await stop(one);
    }
  },
};

async function start(backend) {
  const crowd = await openCrowd(backend, 'ours');
  const agent = new Agent({ keepAlive: true, maxSockets: 200 });
  const tokens = backend.accounts.map(({ ours }) => ours);
  const ids = backend.accounts.map(({ peer }) => JSON.parse(peer).user);
  const api = (member, method, path, body) =>
    say({
      port: crowd.server.port,
      agent,
      token: tokens[member],
      method,
      path: `/v1${path}`,
      body,
    });
  return { backend, crowd, agent, tokens, ids, api };
}

async function stop({ crowd, agent }) {
  agent.destroy();
  await close(crowd);
}

async function measureAll({ without, parts, used }) {
  const changes = await prepareChanges(used);
  await untilFound(used, 'answer', await useEverything(used));
  const page = (one, before) => () => costOf(one, PAGES, () => pages(one, before));
  // Before anybody sends: a feed that catches up would count in all of these.
  const quiet = await interleave(ROUNDS, {
    edit: () => costOf(used, changes.edits, changes.edit),
    storm: () => costOf(used, changes.reactions, changes.storm),
    pageWithout: page(without, LAST + 1 - PAGE),
    pageUnused: page(used, LAST + 1 - PAGE),
    pageUsed: page(used, LAST + 1),
  });
  const sends = await measureSends({ without, parts, used });
  return {
    ...sends,
    B18: { ours: quiet.storm, peer: quiet.edit },
    'B19.unused': { ours: quiet.pageUnused, peer: quiet.pageWithout },
    'B19.used': { ours: quiet.pageUsed, peer: quiet.pageWithout },
  };
}

async function measureSends({ without, parts, used }) {
  const sendersIn = ({ backend }) => sendersOf(backend.rooms[10], SENDERS);
  const plain = sendersIn(used);
  const replies = await toReplies(used, plain);
  const mentions = plain.map(([place, room]) => [place, room, { mentions: [peerOf(used, place)] }]);
  const attachments = await toAttachments(used, plain, ROUNDS + 1);
  const values = await interleave(ROUNDS, {
    without: () => talk(without, sendersIn(without)),
    parts: () => talk(parts, sendersIn(parts)),
    unused: () => talk(used, plain),
    reply: () => talk(used, replies),
    mention: () => talk(used, mentions),
    attachment: () => talk(used, attachments(), ENOUGH_SECONDS),
  });
  return {
    B16: { ours: values.unused, peer: values.without },
    'B16.parts': { ours: values.parts, peer: values.without },
    'B17.reply': { ours: values.reply, peer: values.unused },
    'B17.mention': { ours: values.mention, peer: values.unused },
    'B17.attachment': { ours: values.attachment, peer: values.unused },
  };
}

/** Microseconds of server and database for each of so many. */
async function costOf({ backend, crowd }, count, work) {
  const cpu = async () => (await crowd.server.cpu()) + backend.databaseCpu();
  const before = await cpu();
  await work();
  return ((await cpu()) - before) / count;
}

async function talk({ backend, crowd }, senders, seconds) {
  const { cpu, database } = await measureTalk(backend, crowd, senders, seconds);
  return cpu + database;
}

const pages = ({ backend, crowd, agent, tokens }, before) => {
  const [{ id, members }] = backend.rooms.history;
  const ask = { server: crowd.server, token: tokens[members[0]], agent };
  return readPages(ask, id, () => before);
};
