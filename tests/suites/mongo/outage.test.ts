import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import { freePort } from '../machines/ports.ts';
import { startNodes } from '../nodes/nodes.ts';
import { ask, done, until, type TestUser } from '../support/app.ts';
import { scratch, startOwnMongod } from '../support/own-mongod.ts';

it('F01 what nodes told each other while the database was unavailable is lost: clients are told to sync', async () => {
  const [folder, port] = [await scratch(), await freePort()];
  const mongod = await startOwnMongod(folder, port);
  const [one, two] = await startNodes(2, { MONGODB_URI: mongod.uri });
  const { conversationId, owner, others } = await one.group(2);
  const [other] = others as [TestUser];
  const [socket, writing, far] = [
    await owner.connect(),
    await owner.connect(),
    await two.connect(other.token),
  ];
  const told = new Set<string>();
  socket.on('sync:required', () => told.add('here'));
  far.on('sync:required', () => told.add('there'));
  const send = async () => {
    const draft = { conversationId, id: randomUUID(), content: 'hello' };
    return (await ask(socket, 'message:send', draft)).ok;
  };
  await until(send);

  await done(writing, 'typing:start', { conversationId });
  await mongod.stop();
  writing.disconnect(); // that nobody writes any more is told to the other node, which cannot be
  await sleep(limits.database.serverSelectionMs + 2_000);
  expect([...told]).toEqual([]);
  await startOwnMongod(folder, port);
  await until(send);
  await until(() => told.size === 2);
  await Promise.all([one.app.stop(), two.app.stop()]); // while their database is there
}, 600_000);
