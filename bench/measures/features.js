import { Agent } from 'node:http';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { standardFeatures } from '../backend.js';
import { canAsk } from '../processor-time.js';
import { say } from '../requests.js';
import { interleave } from '../statistics.js';
import { PAGES, readPages } from './history.js';
import { close, measureTalk, openCrowd, sendersOf } from './messages.js';

const ROUNDS = 5;
const SENDERS = 400;
const EDITS = 50;
const PAGE = 50;
const LAST = 950; // of the page on which everything is
const TEMPLATES = join(import.meta.dirname, '../../templates');
/** Those that add to messages, as far as they are there. */
const OF_MESSAGES = ['attachments', 'mentions', 'pins', 'reactions', 'search', 'threads'].filter(
  (name) => existsSync(join(TEMPLATES, name)),
);

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
  const lone = await prepareChanges(used);
  await useEverything(used);
  const page = (one, before) => () => costOf(one, PAGES, () => pages(one, before));
  const values = await interleave(ROUNDS, {
    without: () => talk(without, sendersOf(without.backend.rooms[10], SENDERS)),
    unused: () => talk(used, plain),
    reply: () => talk(used, replies),
    mention: () => talk(used, mentions),
    edit: () => costOf(used, EDITS, lone.edit),
    storm: () => costOf(used, 2 * lone.members.length, lone.storm),
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

/** The next one of the ten of a room. */
const peerOf = ({ ids }, place) => ids[place % 10 === 9 ? place - 9 : place + 1];

/** The same senders, each answering a message of their room. */
async function toReplies({ api }, senders) {
  const roots = new Map();
  for (const [place, room] of senders)
    if (!roots.has(room)) {
      const draft = { id: randomUUID(), content: 'A question that many answer.' };
      await api(place, 'POST', `/conversations/${room}/messages`, draft);
      roots.set(room, draft.id);
    }
  return senders.map(([place, room]) => [place, room, { threadOf: roots.get(room) }]);
}

/** Two hundred who react to one message at once and take it back, and one who edits it again and again. */
async function prepareChanges({ backend, api }) {
  const [{ id: room, members }] = backend.rooms[200];
  const draft = { id: randomUUID(), content: 'A joke.' };
  await api(members[0], 'POST', `/conversations/${room}/messages`, draft);
  const path = `/conversations/${room}/messages/${draft.id}`;
  const key = encodeURIComponent('👍');
  const all = (method) =>
    Promise.all(
      members.map((member) => untilTaken(() => api(member, method, `${path}/reactions/${key}`))),
    );
  return {
    members,
    async storm() {
      await all('PUT');
      await all('DELETE');
    },
    async edit() {
      for (let count = 0; count < EDITS; count += 1)
        await api(members[0], 'PATCH', path, { content: `A joke, better told: ${count}.` });
    },
  };
}

/** A server without processor time refuses: that it costs is counted. */
async function untilTaken(work) {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!error.message.endsWith('503')) throw error;
    }
  }
}

/** Puts everything on the messages of a page: reactions, a mention, a thread, a pin. */
async function useEverything({ backend, ids, api }) {
  const [{ id: room, members }] = backend.rooms.history;
  const [owner, other] = members;
  const path = `/conversations/${room}/messages`;
  const { items } = await api(owner, 'GET', `${path}?limit=${PAGE}&before=${LAST + 1}`);
  for (const { id, sender, content } of items) {
    const [own, named] = sender === ids[owner] ? [owner, ids[other]] : [other, ids[owner]];
    await api(own, 'PATCH', `${path}/${id}`, { content, mentions: [named] });
    for (const member of members)
      await api(member, 'PUT', `${path}/${id}/reactions/${encodeURIComponent('👍')}`);
    await api(owner, 'PUT', `${path}/${id}/pin`);
    const reply = { id: randomUUID(), content: 'An answer.', threadOf: id, replyTo: id };
    await api(other, 'POST', path, reply);
  }
}

const pages = ({ backend, crowd, agent, tokens }, before) => {
  const [{ id, members }] = backend.rooms.history;
  const ask = { server: crowd.server, token: tokens[members[0]], agent };
  return readPages(ask, id, () => before);
};
