import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import mongoose from 'mongoose';

// Writes files of the first users of bench/seed.js, as if their bytes had come by the API and were checked:
// says their ids, a list of each user.
const { MONGODB_URI, OUT, USERS, EACH } = process.env;
const connection = await mongoose.createConnection(MONGODB_URI).asPromise();
const now = new Date();
const ends = new Date(now.getTime() + 24 * 3_600_000);
const names = Array.from({ length: Number(USERS) }, (_, index) => `bench-${index}`);
const users = await connection
  .collection('users')
  .find({ username: { $in: names } })
  .toArray();
const byName = new Map(users.map((user) => [user.username, user]));
const rows = names.map((name) =>
  Array.from({ length: Number(EACH) }, () => toUpload(byName.get(name)._id)),
);
await connection.collection('uploads').insertMany(rows.flat());
await writeFile(OUT, JSON.stringify(rows.map((own) => own.map(({ _id }) => _id))));
await connection.close();

function toUpload(owner) {
  const picture = {
    name: 'picture.png',
    type: 'image/png',
    bytes: 40_000,
    width: 640,
    height: 480,
  };
  return {
    _id: new mongoose.mongo.ObjectId(),
    owner,
    status: 'ready',
    ...picture,
    sha256: randomBytes(32).toString('hex'),
    objectKey: randomBytes(16).toString('hex'),
    expiresAt: ends,
    timestamp: now,
  };
}
