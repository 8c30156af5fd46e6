import { createConnection } from 'mongoose';
import { expect, it } from 'vitest';
import { withTransaction } from '../../src/platform/database/transaction.ts';
import { asUser, startWithUsers } from '../support/database-users.ts';
import { onTestFinished } from '../support/finish.ts';
import { setLimits } from '../support/limits.ts';

interface Row {
  readonly _id: string;
  readonly changes: number;
}

// The mongod is this test's own: that of all tests has transactions of others, which are held on purpose.
it('F30 a transaction that a process left when it died holds up nobody for long', async () => {
  setLimits('database', { transactionMs: 200 });
  const uri = asUser('chat', await startWithUsers(), 'chat');
  const connections = [createConnection(uri), createConnection(uri)] as const;
  onTestFinished(async () => {
    for (const connection of connections) await connection.close();
  });
  const [dying, connection] = await Promise.all(connections.map((one) => one.asPromise()));
  await connection!.collection<Row>('rows').insertOne({ _id: 'one', changes: 0 });
  const filter = { _id: 'one' };
  const write = { $inc: { changes: 1 } };
  const dead = await dying!.startSession();
  dead.startTransaction();
  await dying!.collection<Row>('rows').updateOne(filter, write, { session: dead });

  const rows = connection!.collection<Row>('rows');
  const change = () =>
    withTransaction(connection!, (session) => rows.updateOne(filter, write, { session })).then(
      () => true,
      () => false,
    );
  // The database itself would keep it for a minute.
  const end = Date.now() + 30_000;
  let isChanged = false;
  while (!isChanged && Date.now() < end) isChanged = await change();
  expect(isChanged).toBe(true);
  await expect(dead.commitTransaction()).rejects.toThrow();
  await dead.endSession();
  expect(await rows.findOne(filter)).toMatchObject({ changes: 1 });
});
