import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { routes } from '../../src/contract/index.ts';
import { passwordOf } from '../support/accounts.ts';
import { startApp, until, type TestApp, type TestUser } from '../support/app.ts';
import { entriesOf, indexAll, isWhole, pathOf, say } from '../support/search.ts';

/** A word that nothing else has. */
const canary = (): string => `canary${randomBytes(6).toString('hex')}`;

/** The collections that have a word somewhere. */
async function collectionsWith({ app }: TestApp, word: string): Promise<string[]> {
  const names = (await app.connection.listCollections()).map(({ name }) => name);
  const found: string[] = [];
  for (const name of names.toSorted()) {
    const rows = await app.connection.collection(name).find().toArray();
    if (JSON.stringify(rows).includes(word)) found.push(name);
  }
  return found;
}

it('C93 no word of a deleted message, or of one that was edited, is left in any collection', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(2);
  const [deleted, edited] = [canary(), canary()];
  const [one, other] = await say(owner, conversationId, `a ${deleted}`, `an ${edited}`);
  await indexAll(app);
  expect(await collectionsWith(app, deleted)).toEqual(['messages', 'search_entries']);
  await owner.delete(pathOf(one!));
  await owner.patch(pathOf(other!), { content: 'nothing' });
  await indexAll(app);
  expect(await collectionsWith(app, deleted)).toEqual([]);
  expect(await collectionsWith(app, edited)).toEqual([]);
  expect(await entriesOf(app)).toHaveLength(1);
});

it('C93 no word of an archived conversation is left, and none comes back', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(2);
  const [indexed, late] = [canary(), canary()];
  await say(owner, conversationId, `a ${indexed}`);
  await indexAll(app);
  await say(owner, conversationId, `a ${late}`);
  expect(await entriesOf(app)).toHaveLength(1);
  await owner.delete(`/conversations/${conversationId}`);
  await until(async () => (await collectionsWith(app, indexed)).length === 0);
  await until(async () => (await collectionsWith(app, late)).length === 0);
  await indexAll(app);
  expect(await entriesOf(app)).toEqual([]);
});

// Accounts are erased by a feature of their own.
const hasAccounts = Object.keys(routes).includes('eraseMe');

it.runIf(hasAccounts)(
  'C93 no word of an erased account is left when its job is done, though no feed is at work',
  async () => {
    const app = await startApp();
    const { conversationId, owner, others } = await app.group(3);
    const [user, former] = others as [TestUser, TestUser];
    const [theirs, formers] = [canary(), canary()];
    await say(owner, conversationId, 'what others wrote');
    await say(user, conversationId, `a ${theirs}`);
    await say(former, conversationId, `a ${formers}`);
    await former.post(`/conversations/${conversationId}/leave`);
    await indexAll(app);
    for (const gone of [user, former])
      await gone.delete('/users/me', { password: passwordOf(gone.username) });
    const jobs = app.app.connection.collection('jobs');
    // Each is done once, and waits for its repetition.
    await until(async () => (await jobs.countDocuments({ isSecond: true })) === 2);
    expect(await collectionsWith(app, theirs)).toEqual([]);
    expect(await collectionsWith(app, formers)).toEqual([]);
    expect(await entriesOf(app)).toHaveLength(1);
    expect(await isWhole(app)).toBe(true);
  },
);
