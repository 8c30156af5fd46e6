import { randomUUID } from 'node:crypto';
import { mongo } from 'mongoose';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { Database } from '../../src/platform/database/connection.ts';
import { parseEnvironment } from '../../src/configs/env.ts';
import { createModels } from '../../src/models/index.ts';
import { done, startApp, testVariables } from '../support/app.ts';
import { asUser, databasePassword, startWithUsers } from '../support/database-users.ts';
import { onTestFinished } from '../support/finish.ts';
import { runTool } from '../support/process.ts';
import { migrations } from '../../src/models/migrations/index.ts';

it.concurrent('C74 a user without the right to set up is told which one, in one line', async () => {
  const uri = await startWithUsers();
  for (const [user, role] of [
    ['chat', 'dbAdmin'],
    ['reader', 'readWrite'],
  ] as const) {
    const variables = testVariables({ MONGODB_URI: asUser(user, uri, 'chat') });
    const { code, output, errors } = await runTool('tools/db-setup.ts', variables);
    expect([user, code, output]).toEqual([user, 78, '']);
    expect(errors).toMatch(
      new RegExp(`^the user of MONGODB_URI lacks the role ${role} on chat \\(\\w+\\): .*\\n$`),
    );
  }
});

it.concurrent(
  'C74 two users of one database are enough, one to set it up and one to serve',
  async () => {
    const uri = await startWithUsers();
    const setup = testVariables({ MONGODB_URI: asUser('chat-setup', uri, 'chat') });
    const database = new Database(parseEnvironment(setup), pino({ level: 'silent' }), migrations);
    createModels(database.connection);
    await database.setUp();
    await database.setUp(); // an upgrade
    await database.stop();

    const MONGODB_URI = asUser('chat', uri, 'chat');
    const app = await startApp({ MONGODB_URI, NODE_ENV: 'production' });
    const { conversationId, owner } = await app.group(2);
    const message = { conversationId, id: randomUUID(), content: 'hello' };
    const socket = await owner.connect();
    expect(await done(socket, 'message:send', message)).toMatchObject({ message: { seq: 1 } });
    socket.disconnect();
    await app.app.stop();

    const client = new mongo.MongoClient(MONGODB_URI);
    onTestFinished(() => client.close());
    const refused = { codeName: 'Unauthorized' };
    await expect(client.db('other').dropDatabase()).rejects.toMatchObject(refused);
    await expect(client.db('other').collection('x').find().toArray()).rejects.toMatchObject(
      refused,
    );
    for (const command of [
      { dropDatabase: 1 },
      { collMod: 'messages', validator: {} },
      { createUser: 'mallory', pwd: databasePassword, roles: [] },
    ])
      await expect(client.db('chat').command(command)).rejects.toMatchObject(refused);
  },
);
