import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import mongoose from 'mongoose';
import { AccessTokens } from '../dist/src/platform/security/access-tokens.js';
import { parseEnvironment } from '../dist/src/configs/env.js';
import { createModels } from '../dist/src/models/index.js';

// Writes users, conversations and a long history into the databases as if they had come by the API:
// 7,000 password hashes would take longer than everything that is measured. Says who and what there is.
// A smaller one of those who talk, with a short history, where nothing else is measured.
const { MONGODB_URI, OUT, ONLY_TALKING } = process.env;
const USERS = ONLY_TALKING
  ? { talking: 400, pairs: 0, idle: 0, lists: 0 }
  : { talking: 400, pairs: 2_000, idle: 5_000, lists: 2 };
const IDLE_ROOMS = 5; // of each idle user
const HISTORY = ONLY_TALKING ? [1_000] : [1_000, 100_000];
const LISTS = ONLY_TALKING ? [] : [50, 5_000]; // conversations of one user each, with a message in each
const CHUNK = 10_000;

const env = parseEnvironment(process.env);
const connection = await mongoose.createConnection(MONGODB_URI).asPromise();
const models = createModels(connection);
const tutorial = connection.useDb('tutorial');
const feathers = connection.useDb('feathers');
const now = new Date();
const newId = () => new mongoose.mongo.ObjectId();

const count = Object.values(USERS).reduce((sum, some) => sum + some);
const people = Array.from({ length: count }, (_, index) => ({
  _id: newId(),
  device: newId(),
  name: `bench-${index}`,
}));
const talking = people.slice(0, USERS.talking);
const listing = people.slice(count - USERS.idle - USERS.lists, count - USERS.idle);
const idle = people.slice(count - USERS.idle); // the last ones: bench/measures/connections.js takes them
const rooms = {
  2: divide(talking, 2),
  10: divide(talking, 10),
  200: divide(talking, 200),
  1000: divide(people.slice(USERS.talking, USERS.talking + 1_000), 1_000),
  pairs: divide(people.slice(USERS.talking, USERS.talking + USERS.pairs), 2),
  idle: Array.from({ length: IDLE_ROOMS }, (_, shift) =>
    divide(rotate(idle, shift * 7), 200),
  ).flat(),
  history: HISTORY.map(() => toRoom(talking.slice(0, 2))),
  lists: LISTS.flatMap((length, index) => Array.from({ length }, () => toRoom([listing[index]]))),
};
const all = Object.values(rooms).flat();

await insert(models.users.collection, people.map(toUser));
await insert(models.devices.collection, people.map(toDevice));
await insert(models.conversations.collection, all.map(toConversation));
await insert(models.memberships.collection, all.flatMap(toMemberships));
for (const [index, size] of HISTORY.entries())
  await insert(models.messages.collection, toMessages(rooms.history[index], size));
await insert(
  models.messages.collection,
  rooms.lists.flatMap((room) => toMessages(room, 1)),
);
if (!ONLY_TALKING) await insertPeers();
const { pid: mongod } = await connection.db.admin().serverStatus();
await writeFile(OUT, JSON.stringify({ mongod, accounts: await toAccounts(), rooms: toPlaces() }));
await connection.close();

async function insertPeers() {
  await insert(
    tutorial.collection('users'),
    people.map(({ _id, name }) => ({ _id, username: name })),
  );
  await insert(
    feathers.collection('users'),
    people.map(({ _id, name }) => ({ _id, email: `${name}@example.com`, avatar: name })),
  );
  const toPlain = ({ _id, members }) => ({ _id, members: members.map((member) => member._id) });
  await insert(tutorial.collection('conversations'), all.map(toPlain));
}

function divide(members, size) {
  return Array.from({ length: members.length / size }, (_, index) =>
    toRoom(members.slice(index * size, (index + 1) * size)),
  );
}

function toRoom(members) {
  return { _id: newId(), members };
}

function rotate(items, shift) {
  return [...items.slice(shift), ...items.slice(0, shift)];
}

async function insert(collection, rows) {
  for (let start = 0; start < rows.length; start += CHUNK)
    await collection.insertMany(rows.slice(start, start + CHUNK), { ordered: false });
}

function toUser({ _id, name }) {
  const email = `${name}@example.com`;
  const passwordHash = `$none$${randomBytes(8).toString('hex')}`; // that no password fits
  const rest = { role: 'user', status: 'active', avatarUrl: null, lastSeenAt: null };
  return { _id, username: name, displayName: name, email, passwordHash, ...rest, timestamp: now };
}

function toDevice({ _id, device }) {
  const ends = new Date(now.getTime() + 24 * 3_600_000);
  const times = { rotatedAt: now, lastUsedAt: now, expiresAt: ends, revokedAt: null };
  return { _id: device, user: _id, generation: 1, label: null, ip: null, ...times, timestamp: now };
}

function toConversation({ _id, members }) {
  const kind = { type: 'group', visibility: 'private', name: 'Bench', archivedAt: null };
  const lastSeq = listing.includes(members[0]) ? 1 : 0;
  const numbers = { memberCount: members.length, membersRev: 0, lastSeq };
  return {
    _id,
    ...kind,
    createdBy: members[0]._id,
    ...numbers,
    lastMessageAt: now,
    timestamp: now,
  };
}

function toMemberships({ _id, members }) {
  const marks = { lastReadSeq: 0, lastDeliveredSeq: 0, mutedUntil: null, leftAt: null };
  return members.map((member, index) => ({
    conversation: _id,
    user: member._id,
    role: index === 0 ? 'owner' : 'member',
    ...marks,
    joinedAt: now,
  }));
}

function toMessages({ _id, members }, size) {
  return Array.from({ length: size }, (_, index) => ({
    _id: new mongoose.mongo.UUID(),
    conversation: _id,
    seq: index + 1,
    sender: members[index % members.length]._id,
    content: `Message ${index} of a long history, as people write them to each other in a chat.`,
    timestamp: now,
  }));
}

/** For each user a token of ours, and one of the peers: who it is, and the rooms. */
async function toAccounts() {
  const tokens = new AccessTokens(env, { now: () => new Date() });
  const roomsOf = new Map(people.map((person) => [person, []]));
  for (const { _id, members } of all) for (const one of members) roomsOf.get(one).push(_id);
  return Promise.all(
    people.map(async (person) => ({
      ours: (await tokens.sign(person._id.toHexString(), person.device.toHexString())).token,
      peer: JSON.stringify({ user: person._id, rooms: roomsOf.get(person) }),
    })),
  );
}

/** The rooms, with the places of their members among the accounts. */
function toPlaces() {
  const places = new Map(people.map((person, place) => [person, place]));
  const toPlace = ({ _id, members }) => ({
    id: _id.toHexString(),
    members: members.map((member) => places.get(member)),
  });
  return Object.fromEntries(Object.entries(rooms).map(([name, list]) => [name, list.map(toPlace)]));
}
