import { expect, it } from 'vitest';
import { withTransaction } from '../../src/platform/database/transaction.ts';
import { newId } from '../../src/platform/database/ids.ts';
import { startApp } from '../support/app.ts';

async function withRow() {
  const { connection } = (await startApp()).app;
  const rows = connection.collection('users');
  const filter = { _id: newId() };
  const row = { username: 'row', displayName: 'row', email: 'row', passwordHash: '-' };
  await rows.insertOne({
    ...filter,
    ...row,
    role: 'user',
    status: 'active',
    timestamp: new Date(),
  });
  const write = { $inc: { consentRev: 1 } };
  return { connection, rows, filter, write };
}

it('a conflict of writes is tried again at once, on a new snapshot', async () => {
  const { connection, rows, filter, write } = await withRow();
  let tries = 0;
  const seen = await withTransaction(connection, async (session) => {
    tries += 1;
    const before = await rows.findOne(filter, { session });
    if (tries < 3) await rows.updateOne(filter, write); // somebody else is faster
    await rows.updateOne(filter, write, { session });
    return before?.['consentRev'];
  });
  expect([tries, seen]).toEqual([3, 2]);
});

it('whoever meets a conflict each time gets `unavailable`, and nothing is stored', async () => {
  const { connection, rows, filter, write } = await withRow();
  let tries = 0;
  const changing = withTransaction(connection, async (session) => {
    tries += 1;
    await rows.findOne(filter, { session });
    await rows.updateOne(filter, write);
    await rows.updateOne(filter, { $set: { displayName: 'another' } }, { session });
  });
  await expect(changing).rejects.toMatchObject({ code: 'unavailable' });
  expect(tries).toBeGreaterThan(2);
  expect(await rows.findOne(filter)).toMatchObject({ consentRev: tries, displayName: 'row' });
});

it('nothing is begun behind a deadline, and what is no conflict is thrown as it is', async () => {
  const { connection } = await withRow();
  const deadline = performance.now() - 1;
  const late = withTransaction(connection, async () => expect.fail('was begun'), { deadline });
  await expect(late).rejects.toMatchObject({ code: 'unavailable' });
  const broken = withTransaction(connection, async () => {
    throw new Error('broken');
  });
  await expect(broken).rejects.toThrow('broken');
});
