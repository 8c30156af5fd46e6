import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { newId, toObjectId } from '../../src/platform/database/ids.ts';
import { limits } from '../../src/configs/limits.ts';
import { startApp, until, type TestUser } from '../support/app.ts';
import { holdCommit } from '../support/held-commits.ts';
import { holdRateLimits } from '../support/timers.ts';
import { watchRights } from '../support/watched-rights.ts';

const draft = () => ({ id: randomUUID(), content: 'hello' });

it('a block forgets the direct conversation of the two, and nothing where nothing changed', async () => {
  const app = await startApp();
  const { conversationId: group, owner: anna, others } = await app.group(2);
  const [bert] = others as [TestUser];
  const { id: direct } = (await anna.put(`/conversations/direct/${bert.id}`)).body;
  const send = (user: TestUser, id: string) =>
    user.post(`/conversations/${id}/messages`, draft()).then(({ status }) => status);
  const sendAll = async () => {
    const sent = [send(anna, group), send(bert, group), send(anna, direct), send(bert, direct)];
    return Promise.all(sent);
  };
  holdRateLimits(); // what is known does not age
  expect(await sendAll()).toEqual([201, 201, 201, 201]);
  const asked = watchRights(app);
  await anna.delete(`/users/${bert.id}/block`); // there is none
  expect([await sendAll(), asked]).toEqual([[201, 201, 201, 201], []]);
  await anna.put(`/users/${bert.id}/block`);
  expect(await sendAll()).toEqual([201, 201, 403, 403]);
  expect(asked.filter((filter) => filter.includes(group))).toEqual([]);
  expect(asked.filter((filter) => filter.includes(direct))).not.toEqual([]);
});

it('S108 a user who is just being blocked is not added by the one who blocks them', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const other = await app.register();
  const block = holdCommit(app, 'before');
  const blocked = owner.put(`/users/${other.id}/block`);
  await block.reached;
  let isAnswered = false;
  const added = owner.put(`/conversations/${conversationId}/members/${other.id}`);
  void added.then(() => (isAnswered = true));
  // The addition is done already, or it met the block and begins again.
  await until(() => isAnswered || block.begun() > 2);
  block.release();
  expect((await blocked).status).toBe(204);
  const { status, body } = await added;
  expect([status, body.code]).toEqual([403, 'blocked']);
});

it('C58 nobody has more blocks than limits.ts says', async () => {
  const app = await startApp();
  const [anna, bert, carl] = await app.registerMany(3);
  const rows = Array.from({ length: limits.account.blocks - 1 }, () => {
    return { user: toObjectId(anna!.id), blocked: newId(), timestamp: new Date() };
  });
  await app.app.connection.collection('blocks').insertMany(rows);
  const block = (user = bert) => anna!.put(`/users/${user!.id}/block`);
  expect((await block()).status).toBe(204);
  const { status, body } = await block(carl);
  expect([status, body.code]).toEqual([409, 'limit-reached']);
  expect((await block()).status).toBe(204); // is there already
  expect((await anna!.delete(`/users/${bert!.id}/block`)).status).toBe(204);
  expect((await block(carl)).status).toBe(204);
});
