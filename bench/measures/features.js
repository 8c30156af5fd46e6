import { Agent } from 'node:http';
import { standardFeatures } from '../backend.js';
import { canAsk } from '../processor-time.js';
import { say } from '../requests.js';
import { interleave } from '../statistics.js';
import { PAGES, readPages } from './history.js';
import { LAST, PAGE, peerOf, prepareChanges, toReplies, useEverything } from './feature-use.js';
import { close, measureTalk, openCrowd, sendersOf } from './messages.js';

const ROUNDS = 5;
const SENDERS = 400;
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
    const without = await start(await backend.another('without', others));
    const used = await start(await backend.another('with', [...others, ...OF_MESSAGES]));
    try {
      return await measureAll(without, used);
    } finally {
      for (const one of [without, used]) await stop(one);
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

async function measureAll(without, used) {
  const plain = sendersOf(used.backend.rooms[10], SENDERS);
  const replies = await toReplies(used, plain);
  const mentions = plain.map(([place, room]) => [place, room, { mentions: [peerOf(used, place)] }]);
  const changes = await prepareChanges(used);
  await useEverything(used);
  const page = (one, before) => () => costOf(one, PAGES, () => pages(one, before));
  const values = await interleave(ROUNDS, {
    without: () => talk(without, sendersOf(without.backend.rooms[10], SENDERS)),
    unused: () => talk(used, plain),
    reply: () => talk(used, replies),
    mention: () => talk(used, mentions),
    edit: () => costOf(used, changes.edits, changes.edit),
    storm: () => costOf(used, changes.reactions, changes.storm),
    pageWithout: page(without, LAST + 1 - PAGE),
    pageUnused: page(used, LAST + 1 - PAGE),
    pageUsed: page(used, LAST + 1),
  });
  return {
    B16: { ours: values.unused, peer: values.without },
    'B17.reply': { ours: values.reply, peer: values.unused },
    'B17.mention': { ours: values.mention, peer: values.unused },
    B18: { ours: values.storm, peer: values.edit },
    'B19.unused': { ours: values.pageUnused, peer: values.pageWithout },
    'B19.used': { ours: values.pageUsed, peer: values.pageWithout },
  };
}

/** Microseconds of server and database for each of so many. */
async function costOf({ backend, crowd }, count, work) {
  const cpu = async () => (await crowd.server.cpu()) + backend.databaseCpu();
  const before = await cpu();
  await work();
  return ((await cpu()) - before) / count;
}

async function talk({ backend, crowd }, senders) {
  const { cpu, database } = await measureTalk(backend, crowd, senders);
  return cpu + database;
}

const pages = ({ backend, crowd, agent, tokens }, before) => {
  const [{ id, members }] = backend.rooms.history;
  const ask = { server: crowd.server, token: tokens[members[0]], agent };
  return readPages(ask, id, () => before);
};
