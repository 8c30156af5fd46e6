import { expect, it } from 'vitest';
import { Loader } from '../../src/platform/lib/loader.ts';
import { ConnectLoader } from '../../src/platform/sockets/connection.ts';
import { numbers } from '../support/node.ts';

it('F22 what is asked in one turn is one load, and a failure is not kept', async () => {
  const loads: (readonly string[])[] = [];
  const lengths = new Loader(async (keys) => {
    loads.push(keys);
    if (keys.includes('bad')) throw new Error('away');
    return new Map(keys.map((key) => [key, key.length]));
  });
  const answers = await Promise.all([
    lengths.all(['a', 'bb']),
    lengths.all(['a']),
    lengths.all(['ccc']),
  ]);
  expect(loads).toEqual([['a', 'bb', 'ccc']]);
  expect(answers.map((answer) => answer.get('ccc'))).toEqual([3, 3, 3]);

  const failed = await Promise.allSettled([lengths.all(['bad']), lengths.all(['a'])]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect((await lengths.all(['dddd'])).get('dddd')).toBe(4);
  expect(loads).toHaveLength(3);
});

it('F22 what comes soon after a load began shares the next one, and whoever comes alone waits for nobody', async () => {
  const loads: (readonly string[])[] = [];
  const ask = new Loader(
    async (keys) => {
      loads.push(keys);
      return new Map(keys.map((key) => [key, key]));
    },
    { everyMs: 1_000 },
  );
  await ask.all(['alone']);
  expect(loads).toEqual([['alone']]);
  const second = ask.all(['b']);
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([second, ask.all(['c']), ask.all(['d'])]);
  expect(loads).toEqual([['alone'], ['b', 'c', 'd']]);
});

it('F22 what comes while a load is under way waits for it, and then is one load', async () => {
  const loads: (readonly string[])[] = [];
  const ends: (() => void)[] = [];
  const ask = new Loader(async (keys) => {
    loads.push(keys);
    await new Promise<void>((resolve) => ends.push(resolve));
    return new Map(keys.map((key) => [key, key]));
  });
  const first = ask.all(['a']);
  await expect.poll(() => ends).toHaveLength(1);
  const others = [ask.all(['b']), ask.all(['c'])];
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(loads).toEqual([['a']]);
  ends[0]?.();
  await first;
  await expect.poll(() => ends).toHaveLength(2);
  ends[1]?.();
  await Promise.all(others);
  expect(loads).toEqual([['a'], ['b', 'c']]);
});

it('F22 what fifty connects read in one turn is one read of each kind', async () => {
  const reads: string[] = [];
  const note = (kind: string, { length }: readonly string[]) =>
    void reads.push(`${length} ${kind}`);
  const batch = new ConnectLoader({
    membershipsOf: async () => new Map(),
    async membershipsAtConnect(users) {
      note('memberships', users);
      return new Map(users.map((user) => [user, [{ conversationId: user, lastReadSeq: 1 }]]));
    },
    async activeDevices(devices) {
      note('devices', devices);
      return new Set(devices);
    },
    async headsOf(conversations) {
      note('heads', conversations);
      return new Map(conversations.map((id) => [id, { lastSeq: 1, lastRev: 0 }]));
    },
  });
  const connects = await Promise.all(
    numbers(50).map(async (number) => {
      const [device, id] = [`device ${number}`, `conversation ${number}`];
      const [own, isSignedIn, heads] = await Promise.all([
        batch.memberships.one(id),
        batch.isSignedIn.one(device),
        batch.heads.all([id]),
      ]);
      return own?.[0]?.conversationId === id && isSignedIn && heads.has(id);
    }),
  );
  expect(new Set(connects)).toEqual(new Set([true]));
  expect(reads.toSorted()).toEqual(['50 devices', '50 heads', '50 memberships']);
});
