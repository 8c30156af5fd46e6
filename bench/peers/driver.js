import { mongo } from 'mongoose';
import { startAtRate } from './at-rate.js';

// The database's driver and nothing else.
const PAGE = 50;
const client = await new mongo.MongoClient(process.env.MONGODB_URI).connect();
const database = client.db();
const works = { insert, find };

process.on('message', ({ work, ...options }) => {
  works[work](options).then(
    (answer) => process.send(answer),
    (error) => process.send({ error: String(error.stack) }),
  );
});

/** Milliseconds of the middle one of inserts with majority, so many a second. */
async function insert({ seconds, rate }) {
  const rows = database.collection('bare_inserts');
  const times = [];
  async function insertOne() {
    const at = performance.now();
    const row = { _id: new mongo.UUID(), content: 'x'.repeat(120), timestamp: new Date() };
    await rows.insertOne(row, { writeConcern: { w: 'majority', journal: true } });
    times.push(performance.now() - at);
  }
  await Promise.all(await startAtRate({ rate, seconds }, insertOne));
  return { middle: times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] };
}

/** Microseconds of processor time a page of a conversation. */
async function find({ conversation, before, pages }) {
  const messages = database.collection('messages');
  const id = new mongo.ObjectId(conversation);
  const start = process.cpuUsage();
  for (let page = 0; page < pages; page += 1) {
    const filter = { conversation: id, seq: { $lt: before - page } };
    const found = await messages.find(filter).sort({ seq: -1 }).limit(PAGE).toArray();
    if (found.length !== PAGE) throw new Error(`a page of ${found.length}`);
  }
  const { user, system } = process.cpuUsage(start);
  return { cpu: (user + system) / pages };
}
