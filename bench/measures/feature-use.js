import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const EDITS = 50;
const LOOK_MS = 500;
const FILES = 10; // of each sender in a round
/** Messages of a page. */
export const PAGE = 50;
/** The last one of the page on which everything is. */
export const LAST = 950;

/** The next one of the ten of a room. */
export const peerOf = ({ ids }, place) => ids[place % 10 === 9 ? place - 9 : place + 1];

/** The same senders, each answering a message of their room. */
export async function toReplies({ api }, senders) {
  const roots = new Map();
  for (const [place, room] of senders)
    if (!roots.has(room)) {
      const draft = { id: randomUUID(), content: 'A question that many answer.' };
      await api(place, 'POST', `/conversations/${room}/messages`, draft);
      roots.set(room, draft.id);
    }
  return senders.map(([place, room]) => [place, room, { threadOf: roots.get(room) }]);
}

/** For so many rounds the same senders, each with files of their own, each of which one message carries. */
export async function toAttachments({ backend }, senders, rounds) {
  const out = join(backend.directory, 'uploads.json');
  const whose = { OUT: out, EACH: String(rounds * FILES), USERS: String(senders.length) };
  await backend.write('bench/seed-uploads.js', whose);
  const uploads = JSON.parse(await readFile(out, 'utf8'));
  return () =>
    senders.map(([place, room]) => [
      place,
      room,
      uploads[place].splice(0, FILES).map((id) => ({ attachments: [id] })),
    ]);
}

/** Two hundred who react to one message at once and take it back, and one who edits it again and again. */
export async function prepareChanges({ backend, api }) {
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
    reactions: 2 * members.length,
    edits: EDITS,
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

/** Puts everything on the messages of a page: reactions, a mention, a thread, a pin; the last reply. */
export async function useEverything({ backend, ids, api }) {
  const [{ id: room, members }] = backend.rooms.history;
  const [owner, other] = members;
  const path = `/conversations/${room}/messages`;
  const { items } = await api(owner, 'GET', `${path}?limit=${PAGE}&before=${LAST + 1}`);
  let last;
  for (const { id, sender, content } of items) {
    const [own, named] = sender === ids[owner] ? [owner, ids[other]] : [other, ids[owner]];
    await api(own, 'PATCH', `${path}/${id}`, { content, mentions: [named] });
    for (const member of members)
      await api(member, 'PUT', `${path}/${id}/reactions/${encodeURIComponent('👍')}`);
    await api(owner, 'PUT', `${path}/${id}/pin`);
    const reply = { id: randomUUID(), content: 'An answer.', threadOf: id, replyTo: id };
    await api(other, 'POST', path, reply);
    last = reply.id;
  }
  return last;
}

/** Waits until a feed has come to a message that has the word, and so to whatever was done before it. */
export async function untilFound({ api }, word, wanted) {
  for (;;) {
    const { items, indexedUntil } = await api(0, 'GET', `/search/messages?query=${word}`);
    if (indexedUntil !== null && items.some(({ message }) => message.id === wanted)) return;
    await sleep(LOOK_MS);
  }
}
