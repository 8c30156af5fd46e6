import mongoose from 'mongoose';
import { word } from './words.js';

// Writes conversations of one user of bench/seed.js, with the messages in which a search is to find
// something, as if they had come by the API.
const ROOMS = 200;
const WORDS = 13; // of a message

const { MONGODB_URI, READER, SEARCHED } = process.env;
const size = Math.floor(Number(SEARCHED) / ROOMS);
const connection = await mongoose.createConnection(MONGODB_URI).asPromise();
const now = Date.now();
const { _id: reader } = await connection.collection('users').findOne({ username: READER });

for (let room = 0; room < ROOMS; room += 1) {
  const conversation = new mongoose.mongo.ObjectId();
  await connection.collection('conversations').insertOne(toConversation(conversation));
  await connection.collection('memberships').insertOne(toMembership(conversation));
  await connection.collection('messages').insertMany(toMessages(conversation, room));
}
await connection.close();

function toConversation(_id) {
  const kind = { type: 'group', visibility: 'private', name: 'Bench', archivedAt: null };
  const numbers = { memberCount: 1, membersRev: 0, lastSeq: size };
  const at = new Date(now);
  return { _id, ...kind, createdBy: reader, ...numbers, lastMessageAt: at, timestamp: at };
}

function toMembership(conversation) {
  const marks = { lastReadSeq: size, lastDeliveredSeq: size, mutedUntil: null, leftAt: null };
  return { conversation, user: reader, role: 'owner', ...marks, joinedAt: new Date(now) };
}

function toMessages(conversation, room) {
  return Array.from({ length: size }, (_, index) => ({
    _id: new mongoose.mongo.UUID(),
    conversation,
    seq: index + 1,
    sender: reader,
    content: Array.from({ length: WORDS }, word).join(' '),
    timestamp: new Date(now - (size - index) * ROOMS + room),
  }));
}
