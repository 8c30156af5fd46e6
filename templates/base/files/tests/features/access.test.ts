import { expect, it } from 'vitest';
import { passwordOf } from '../support/accounts.ts';
import { startApp, type TestApp, type TestSocket, type TestUser } from '../support/app.ts';
import { placeOf, stage, type Stage } from '../support/places.ts';
import {
  askers,
  askFor,
  nameOf,
  readUses,
  routeOf,
  unlisted,
  unused,
  type Kind,
  type Use,
} from '../support/uses.ts';

const uses = await readUses();
const kinds = Object.keys(askers) as Kind[];
const inConversations = uses.filter((use) => 'group' in use.answers);
const ofOneself = uses.filter((use) => !inConversations.includes(use));

/** Everything that is stored of conversations, as text, by conversation. */
async function stored(app: TestApp): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const { connection } = app.app;
  const names = (await connection.listCollections()).map((collection) => collection.name);
  for (const name of names.toSorted())
    for (const row of await connection.collection(name).find().sort({ _id: 1 }).toArray()) {
      const id = String(row['conversation'] ?? row._id);
      texts.set(id, `${texts.get(id) ?? ''}${JSON.stringify(row)}\n`);
    }
  return texts;
}

/** Opens a socket for each user, once. */
async function connectAll(users: readonly TestUser[]): Promise<ReadonlyMap<string, TestSocket>> {
  const sockets = new Map<string, TestSocket>();
  for (const user of new Set(users)) sockets.set(user.id, await user.connect());
  return sockets;
}

/** Does it for all, a few at a time. */
async function each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>) {
  for (let start = 0; start < items.length; start += 10)
    await Promise.all(items.slice(start, start + 10).map(work));
}

const secrets = /argon2|passwordHash|_id"|"__v|dmKey|membersRev|generation|revokedAt|\$max/;

/** A secret in an answer to somebody, or the address of somebody else. */
function leak(text: string, { email }: TestUser): string | undefined {
  const addresses = text.match(/[\w.-]+@[\w.-]+/g) ?? [];
  return secrets.exec(text)?.[0] ?? addresses.find((address) => address !== email);
}

const isRefusal = (result: string): boolean => Number(result) >= 400;

it('C22 every route and every command has a row in tests/access', () => {
  const advice = 'say in a file of tests/access, in its `uses`, who gets what for these';
  expect(unused(uses), advice).toEqual([]);
});

it('C22 what src/contract declares is in its index, under a name of its own', async () => {
  const advice = 'spread these in src/contract/index.ts; a name that is there twice hides one';
  expect(await unlisted(), advice).toEqual([]);
});

it('C22 C30 each kind of user gets what the tables say, sees no secret, and changes nothing where refused', async () => {
  const app = await startApp();
  const cells = inConversations.flatMap((use) =>
    kinds.flatMap((kind) => askers[kind].map((by) => ({ use, kind, by }))),
  );
  const stages = await stage(app, cells);
  const sockets = await connectAll(stages.map(({ user }) => user));
  const leaks: string[] = [];
  for (const { user } of stages)
    sockets.get(user.id)?.onAny((...notice) => {
      const found = leak(JSON.stringify(notice), user);
      if (found !== undefined) leaks.push(found);
    });
  const before = await stored(app);
  const results = new Map<Stage, string>();
  await each(
    stages.map((one, index) => ({ one, use: cells[index]!.use })),
    async ({ one, use }) => {
      const socket = sockets.get(one.user.id)!;
      const by = { token: one.user.token, socket };
      const outcome = await askFor(app, use, use.input(one.place), by);
      const isShown = outcome.status >= 400 || (use.shows?.(outcome.body, one.place) ?? true);
      results.set(one, isShown ? String(outcome.status) : 'unseen');
      const found = leak(outcome.text, one.user);
      if (found !== undefined) leaks.push(`${nameOf(use)}: ${found}`);
    },
  );
  const after = await stored(app);

  const table = (pick: (use: Use, kind: Kind) => string) =>
    Object.fromEntries(
      inConversations.map((use) => [
        nameOf(use),
        Object.fromEntries(kinds.map((kind) => [kind, pick(use, kind)])),
      ]),
    );
  const got = (use: Use, kind: Kind): string =>
    stages
      .filter((one, index) => cells[index]!.use === use && one.kind === kind)
      .map((one) => results.get(one))
      .join(' ');
  expect(table(got)).toEqual(table((use, kind) => (use.answers as Record<Kind, string>)[kind]));
  const changed = stages
    .map((one, index) => ({ ...one, of: nameOf(cells[index]!.use), result: results.get(one)! }))
    .filter(({ result }) => isRefusal(result) || result === 'unseen')
    .filter(({ place: { conversationId: id } }) => before.get(id) !== after.get(id))
    .map(({ of, kind, by, result }) => `${of} by ${by} in ${kind}: ${result}`);
  expect(changed, 'refused, and yet something was stored').toEqual([]);
  expect(leaks).toEqual([]);
});

/** Signs in once more where that is needed: it costs a hash. */
async function secondDevice(app: TestApp, user: TestUser, use: Use): Promise<string> {
  if (use.of !== 'revokeDevice') return user.session.deviceId;
  const body = { login: user.username, password: passwordOf(user.username) };
  return (await app.call('POST', '/auth/login', { body })).body.deviceId;
}

it('C22 nobody gets in without a token, and whoever is signed in gets what is their own', async () => {
  const app = await startApp();
  const outsider = await app.register();
  const actual: Record<string, unknown> = {};
  const expected: Record<string, unknown> = {};
  await each(uses, async (use) => {
    const user = await app.register();
    const place = placeOf(user, outsider.id, await secondDevice(app, user, use));
    const anonymous = await askFor(app, use, use.input(place), {});
    const name = nameOf(use);
    const { answers } = use;
    expected[name] = 'anybody' in answers ? [answers.anybody] : [401];
    actual[name] = [anonymous.status];
    if (!ofOneself.includes(use)) return;
    const socket = routeOf(use) === undefined ? await user.connect() : undefined;
    const by = { token: user.token, ...(socket && { socket }) };
    const outcome = await askFor(app, use, use.input(place), by);
    if (!('signedIn' in answers)) return;
    expect([name, leak(outcome.text, user)]).toEqual([name, undefined]);
    expected[name] = [401, answers.signedIn];
    actual[name] = [anonymous.status, outcome.status];
  });
  expect(actual).toEqual(expected);
});
