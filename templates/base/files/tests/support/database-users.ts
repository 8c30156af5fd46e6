import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mongo } from 'mongoose';
import { freePort } from '../../tools/free-port.ts';
import { scratch, startOwnMongod } from './own-mongod.ts';

/** Of each of them. */
export const databasePassword = randomBytes(16).toString('hex');
/** The address of a mongod for one of its users, whose database is `source`. */
export const asUser = (user: string, uri: string, source: string): string =>
  `${uri.replace('//', `//${user}:${databasePassword}@`)}&authSource=${source}`;

/** A mongod with authentication, and the two users of docs/operations.md. */
export async function startWithUsers(): Promise<string> {
  const folder = await scratch();
  const keyFile = join(folder, 'key');
  await writeFile(keyFile, randomBytes(32).toString('base64'), { mode: 0o600 });
  const { uri } = await startOwnMongod(folder, await freePort(), ['--keyFile', keyFile]);
  const users: [database: string, name: string, roles: string[]][] = [
    ['admin', 'root', ['root']],
    ['chat', 'chat-setup', ['readWrite', 'dbAdmin']],
    ['chat', 'chat', ['readWrite']],
    ['chat', 'reader', ['read']],
  ];
  for (const [database, createUser, roles] of users) {
    const isFirst = createUser === 'root';
    const client = new mongo.MongoClient(isFirst ? uri : asUser('root', uri, 'admin'));
    await client.db(database).command({ createUser, pwd: databasePassword, roles });
    await client.close();
  }
  return uri;
}
