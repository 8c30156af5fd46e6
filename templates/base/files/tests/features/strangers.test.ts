import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { MessageView } from '../../src/contract/messages.ts';
import type { SyncedConversation } from '../../src/contract/sync.ts';
import {
  ask,
  done,
  next,
  startApp,
  type TestApp,
  type TestSocket,
  type TestUser,
} from '../support/app.ts';
import { nowhere, stage, type Stage } from '../support/places.ts';
import {
  askFor,
  nameOf,
  readUses,
  routeOf,
  type Kind,
  type Place,
  type Use,
} from '../support/uses.ts';

type Synced = Extract<SyncedConversation, { messages: unknown }>;

const inConversations = (await readUses()).filter((use) => 'group' in use.answers);
/** What is made of a user is no secret: whether there is one, anybody who is signed in can see. */
const namesConversations = inConversations.filter((use) => use.of !== 'openDirect');

/** The uses that only an admin or only an owner of a group may make. */
const forRank = (allowed: 'admin' | 'owner') =>
  inConversations.filter(({ answers }) => {
    const [, , member, admin, owner] = (answers as Record<Kind, string>).group.split(' ');
    const isForAdmins = member === '403' && admin !== '403';
    return allowed === 'admin' ? isForAdmins : admin === '403' && owner !== '403';
  });

/** An answer as bytes, without what is new in every answer and without the ids that were asked for. */
async function bytes(
  app: TestApp,
  use: Use,
  place: Place,
  by: { token: string; socket: TestSocket },
): Promise<string> {
  const { status, text } = await askFor(app, use, use.input(place), by);
  const ids = [place.conversationId, place.ownMessageId, place.otherMessageId, place.targetId];
  const plain = [...ids, place.adminId].reduce((left, id) => left.replaceAll(id, 'id'), text);
  return `${status} ${plain.replace(/"requestId":"[0-9a-f-]{36}"/, '')}`;
}

it('C26 P12 tells strangers of a real conversation exactly what it tells of none', async () => {
  const app = await startApp();
  const cells = [
    { kind: 'group', by: 'stranger' },
    { kind: 'group', by: 'left' },
    { kind: 'direct', by: 'stranger' },
  ] as const;
  const stages = await stage(app, cells);
  const differences: string[][] = [];
  for (const { kind, by, place, user } of stages) {
    const means = { token: user.token, socket: await user.connect() };
    for (const use of namesConversations) {
      const real = await bytes(app, use, place, means);
      const unreal = await bytes(app, use, { ...place, ...nowhere() }, means);
      if (real !== unreal) differences.push([`${nameOf(use)}, ${kind} ${by}`, real, unreal]);
    }
  }
  expect(differences).toEqual([]);
});

it('C26 P12 tells of real messages, devices and members elsewhere exactly what it tells of none', async () => {
  const app = await startApp();
  const cells = [
    { kind: 'group', by: 'owner' },
    { kind: 'group', by: 'stranger' },
  ] as const;
  const [mine, theirs] = (await stage(app, cells)) as [Stage, Stage];
  const { user } = mine;
  const stranger = await app.register();
  const here = `/conversations/${mine.place.conversationId}`;
  const random = nowhere();
  const pairs = [
    ['PATCH', `${here}/messages/`, theirs.place.ownMessageId, { content: 'x' }],
    ['DELETE', `${here}/messages/`, theirs.place.ownMessageId, undefined],
    ['PATCH', `${here}/members/`, stranger.id, { role: 'admin' }],
    ['DELETE', `${here}/members/`, stranger.id, undefined],
    ['DELETE', '/devices/', stranger.session.deviceId, undefined],
  ] as const;
  const answer = async (method: string, path: string, body?: unknown) => {
    const {
      status,
      headers,
      body: problem,
    } = await app.call(method, path, {
      token: user.token,
      body,
    });
    const { instance, requestId, ...rest } = problem;
    expect([instance, typeof requestId]).toEqual([`/v1${path}`, 'string']);
    return [status, headers.get('content-type'), headers.get('content-length'), rest];
  };
  for (const [method, path, id, body] of pairs) {
    const nobodys = path.includes('messages') ? random.ownMessageId : random.targetId;
    const unreal = await answer(method, path + nobodys, body);
    expect([path, ...unreal]).toEqual([path, ...(await answer(method, path + id, body))]);
    expect(unreal[0]).toBe(404);
  }
  const socket = await user.connect();
  const place = { conversationId: mine.place.conversationId };
  for (const [name, more] of [
    ['message:edit', { content: 'x' }],
    ['message:delete', {}],
  ] as const) {
    const answerFor = (messageId: string) => ask(socket, name, { ...place, messageId, ...more });
    expect(await answerFor(theirs.place.ownMessageId)).toEqual(
      await answerFor(random.ownMessageId),
    );
  }
});

it('C27 a member is told 403 by everything that is for admins or owners, an admin by what is for owners', async () => {
  const app = await startApp();
  const tries = [
    ...[...forRank('admin'), ...forRank('owner')].map((use) => ({ use, by: 'member' })),
    ...forRank('owner').map((use) => ({ use, by: 'admin' })),
  ];
  const names = new Set(tries.map(({ use }) => use.of));
  for (const name of ['updateConversation', 'removeMember', 'archiveConversation', 'changeRole'])
    expect(names).toContain(name);
  const stages = await stage(
    app,
    tries.map(({ by }) => ({ kind: 'group', by })),
  );
  const users = app.app.connection.collection('users');
  // A role among users is none in a conversation: nothing here is for administrators of the site.
  await users.updateMany({}, { $set: { role: 'admin' } });
  for (const [index, { use, by }] of tries.entries()) {
    const { place, user } = stages[index]!;
    const socket = routeOf(use) === undefined ? await user.connect() : undefined;
    const outcome = await askFor(app, use, use.input(place), {
      token: user.token,
      ...(socket && { socket }),
    });
    expect([by, nameOf(use), outcome.status, outcome.body.code]).toEqual([
      by,
      nameOf(use),
      403,
      'forbidden',
    ]);
  }
  const [stranger] = await stage(app, [{ kind: 'group', by: 'stranger' }]);
  await users.updateMany({}, { $set: { role: 'admin' } });
  const path = `/conversations/${stranger!.place.conversationId}/messages`;
  expect((await stranger!.user.get(path)).status).toBe(404);
});

it('C28 whoever joins late reads all of a private group, whoever left reads nothing of it', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const at = `/conversations/${conversationId}`;
  const leaver = others[0]!;
  const send = (user: TestUser, content: string) =>
    user.post(`${at}/messages`, { id: randomUUID(), content });
  for (const text of ['one', 'two', 'three']) await send(leaver, text);
  const late = await app.register();
  const socket = await late.connect();
  const added = next(socket, 'conversation:created');
  await owner.put(`${at}/members/${late.id}`);
  await added;
  const contents = ({ items }: { items: MessageView[] }) => items.map(({ content }) => content);
  expect(contents((await late.get(`${at}/messages`)).body)).toEqual(['one', 'two', 'three']);
  const cursors = [{ conversationId, seq: 0, rev: 0 }];
  const { conversations } = await done(socket, 'conversation:sync', { cursors });
  expect(contents({ items: (conversations[0] as Synced).messages })).toEqual([
    'one',
    'two',
    'three',
  ]);

  const gone = await leaver.connect();
  await leaver.post(`${at}/leave`);
  for (const path of [
    '',
    '/messages',
    '/messages?after=0',
    '/messages?around=2',
    '/changes',
    '/members',
  ])
    expect([path, (await leaver.get(at + path)).status]).toEqual([path, 404]);
  expect((await leaver.get('/conversations')).body.items).toEqual([]);
  expect(await done(gone, 'conversation:sync', { cursors })).toEqual({
    conversations: [{ conversationId, left: true }],
  });
  expect(await done(gone, 'conversation:heads', {})).toEqual({ heads: [] });
  const again = await leaver.connect();
  const heard: string[] = [];
  again.onAny((name: string) => heard.push(name));
  await send(owner, 'four');
  await done(again, 'conversation:heads', {});
  expect(heard).toEqual([]);
});
