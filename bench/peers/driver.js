import { mongo } from 'mongoose';

// The database's driver and nothing else, asked one operation after the other.
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

/** Milliseconds of the middle one of the inserts with majority that fit into a time. */
async function insert({ seconds }) {
  const rows = database.collection('bare_inserts');
  const times = [];
  const end = performance.now() + seconds * 1_000;
  for (let at = performance.now(); at < end; at = performance.now()) {
    const row = { _id: new mongo.UUID(), content: 'x'.repeat(120), timestamp: new Date() };
    await rows.insertOne(row, { writeConcern: { w: 'majority', journal: true } });
    times.push(performance.now() - at);
  }
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
