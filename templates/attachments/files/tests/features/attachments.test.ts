import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createApi } from '../../client/api.ts';
import { downloadUrl, upload } from '../../client/attachments.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { next, sharedVariables, type TestUser } from '../support/app.ts';
import { groupWithChat, post } from '../support/client.ts';
import { fileTypes, files } from '../support/files.ts';
import { scratch } from '../support/own-mongod.ts';
import {
  ask,
  attach,
  begin,
  complete,
  download,
  filesIn,
  note,
  picture,
  putTo,
  saidOf,
  sentFile,
  startWithFiles,
  startWithTime,
  uploaded,
} from '../support/uploads.ts';

const codes = (answers: readonly { readonly status: number; readonly body: any }[]) =>
  answers.map(({ status, body }) => [status, body?.code]);

it('S59 a picture that was sent is shown to members, who get these bytes as a file', async () => {
  const { app } = await startWithFiles();
  const { conversationId, owner, others } = await app.group(2);
  const reader = await others[0]!.connect();
  const created = next(reader, 'message:created');
  const { id } = await uploaded(app, owner, picture);
  const sent = await attach(owner, conversationId, [id]);
  expect(sent.status).toBe(201);
  const { message } = sent.body;
  const shown = [{ id, name: 'picture.png', type: 'image/png', bytes: picture.body.length }];
  expect(message).toMatchObject({
    content: '',
    attachments: [{ ...shown[0], width: 1, height: 1 }],
  });
  expect(await created).toEqual(message);
  const answer = await download(app, others[0]!, message);
  expect(Buffer.from(await answer.arrayBuffer()).equals(picture.body)).toBe(true);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-disposition': "attachment; filename*=UTF-8''picture.png",
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cache-control': 'no-store',
  });
});

it('C87 a file of each type is handed out as that type, to be saved, and runs nothing', async () => {
  const { app } = await startWithFiles();
  const { conversationId, owner } = await app.group(1);
  for (const type of fileTypes) {
    const file = { name: `a.${type.slice(-3)}`, type, body: files[type] };
    const answer = await download(app, owner, await sentFile(app, owner, conversationId, file));
    expect(answer.headers.get('content-type')?.split(';')[0]).toBe(type);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toContain('sandbox');
  }
});

it('a part of a file is handed out, and what is no part of it is refused', async () => {
  const { app } = await startWithFiles();
  const { conversationId, owner } = await app.group(1);
  const message = await sentFile(app, owner, conversationId, note('0123456789'));
  const part = async (range: string) => {
    const answer = await download(app, owner, message, { range });
    return [answer.status, answer.headers.get('content-range'), await answer.text()];
  };
  expect(await part('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234']);
  expect(await part('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789']);
  expect(await part('bytes=10-')).toEqual([416, 'bytes */10', '']);
  expect(await part('lines=1-2')).toEqual([200, null, '0123456789']);
});

it('S61 what is not of its type is refused, and nothing of it is left', async () => {
  const { app, folder, rows } = await startWithFiles();
  const user = await app.register();
  const html = Buffer.from('<script>alert(1)</script>');
  expect(
    codes([await user.post('/uploads', saidOf({ ...picture, type: 'image/svg+xml' }))]),
  ).toEqual([[415, 'unsupported-media-type']]);
  const file = { ...picture, body: html };
  const { upload: begun, put } = await begin(user, file);
  expect((await putTo(app, put, html)).status).toBe(204);
  expect(codes([await complete(user, begun)])).toEqual([[422, 'upload-rejected']]);
  expect(codes([await complete(user, begun)])).toEqual([[404, 'not-found']]);
  expect(await filesIn(folder)).toEqual([]);
  expect((await rows.findOne())?.status).toBe('deleted');
});

it('C85 whoever may read a message gets its files, for a minute each time, and nobody else', async () => {
  const { app, pass } = await startWithTime();
  const { conversationId, owner, others } = await app.group(3);
  const [member, left] = others as [TestUser, TestUser];
  const stranger = await app.register();
  const message = await sentFile(app, owner, conversationId);
  const { id } = message.attachments![0]!;
  await owner.delete(`/conversations/${conversationId}/members/${left.id}`);
  const answers = await Promise.all(
    [owner, member, left, stranger].map((user) => ask(user, message, id)),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 404]);
  const { url } = answers[1]!.body;
  expect((await fetch(app.url + url)).status).toBe(200);
  // It opens this object, and none other.
  const other = await sentFile(app, owner, conversationId, note('another'));
  const otherUrl = new URL((await ask(owner, other, other.attachments![0]!.id)).body.url, app.url);
  const changed = new URL(url, app.url);
  changed.searchParams.set('key', otherUrl.searchParams.get('key')!);
  expect((await fetch(changed)).status).toBe(403);
  expect((await fetch(app.url + url, { method: 'PUT', body: 'x' })).status).toBe(403);
  await pass(61_000);
  expect((await fetch(app.url + url)).status).toBe(403);
});

it('C84 a file of a message is found by that message alone', async () => {
  const { app } = await startWithFiles();
  const { conversationId, owner } = await app.group(1);
  const elsewhere = await app.group(1);
  const message = await sentFile(app, owner, conversationId);
  const other = await post(owner, conversationId, 'without');
  const theirs = await sentFile(app, elsewhere.owner, elsewhere.conversationId);
  const { id } = message.attachments![0]!;
  const asked = [
    ask(owner, other, id),
    ask(owner, { conversationId, id: theirs.id }, theirs.attachments![0]!.id),
    ask(owner, message, theirs.attachments![0]!.id),
    ask(elsewhere.owner, { conversationId: elsewhere.conversationId, id: message.id }, id),
    ask(owner, message, '0'.repeat(24)),
  ];
  expect(codes(await Promise.all(asked))).toEqual(asked.map(() => [404, 'not-found']));
});

it('S62 strangers and former members are refused, and so is an address of a minute ago', async () => {
  const { app, pass } = await startWithTime();
  const { conversationId, owner, others } = await app.group(2);
  const message = await sentFile(app, others[0]!, conversationId);
  const { id } = message.attachments![0]!;
  const { url } = (await ask(others[0]!, message, id)).body;
  await owner.delete(`/conversations/${conversationId}/members/${others[0]!.id}`);
  const asked = [ask(others[0]!, message, id), ask(await app.register(), message, id)];
  expect(codes(await Promise.all(asked))).toEqual(asked.map(() => [404, 'not-found']));
  await pass(60_000);
  expect((await fetch(app.url + url)).status).toBe(403);
});

it('S63 an upload belongs to one message and to its owner', async () => {
  const { app } = await startWithFiles();
  const { conversationId, owner, others } = await app.group(2);
  const { id } = await uploaded(app, owner);
  const { upload: pending } = await begin(owner, picture);
  const messageId = randomUUID();
  const sent = { id: messageId, content: 'here' };
  const refused = [
    await attach(others[0]!, conversationId, [id]),
    await attach(owner, conversationId, ['0'.repeat(24)]),
    await attach(owner, conversationId, [pending.id]),
  ];
  expect(codes(refused)).toEqual([
    [404, 'not-found'],
    [404, 'not-found'],
    [409, 'conflict'],
  ]);
  const first = await attach(owner, conversationId, [id], sent);
  const again = await attach(owner, conversationId, [id], sent);
  expect([first.status, again.status]).toEqual([201, 200]);
  expect(again.body.message).toEqual(first.body.message);
  expect(codes([await attach(owner, conversationId, [id])])).toEqual([[409, 'conflict']]);
  expect(codes([await owner.delete(`/uploads/${id}`)])).toEqual([[409, 'conflict']]);
});

it('S63 of two messages that ask for one upload at the same time one gets it', async () => {
  const folder = await scratch();
  const shared = sharedVariables({ ATTACHMENT_DIR: folder });
  const nodes = [(await startWithFiles(shared)).app, (await startWithFiles(shared)).app];
  const { conversationId, owner } = await nodes[0]!.group(1);
  const there = nodes[1]!.adopt(owner.session);
  for (let round = 0; round < 5; round += 1) {
    const { id } = await uploaded(nodes[0]!, owner, note(`round ${round}`));
    const answers = await Promise.all(
      [owner, there, owner, there].map((user) => attach(user, conversationId, [id])),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409]);
  }
});

it('S63 of sends that come together each gets its file or is refused, whatever becomes of the others', async () => {
  const { app } = await startWithFiles();
  const { conversationId, owner } = await app.group(1);
  const { upload: pending } = await begin(owner, picture);
  const ids: string[] = [];
  for (const text of ['held', 'one', 'two', 'three'])
    ids.push((await uploaded(app, owner, note(text))).id);
  const [held, one, two, three] = ids as [string, string, string, string];
  expect((await attach(owner, conversationId, [held])).status).toBe(201);
  const wanted = [one, held, two, pending.id, three];
  const answers = await Promise.all(wanted.map((id) => attach(owner, conversationId, [id])));
  expect(answers.map(({ status }) => status)).toEqual([201, 409, 201, 409, 201]);
});

it('S63 a send that is refused one of its files takes none', async () => {
  const { app } = await startWithFiles();
  const { conversationId, owner } = await app.group(1);
  const { id } = await uploaded(app, owner);
  const { upload: pending } = await begin(owner, note('pending'));
  const refused = await attach(owner, conversationId, [id, pending.id]);
  expect(codes([refused])).toEqual([[409, 'conflict']]);
  expect((await attach(owner, conversationId, [id])).status).toBe(201);
});

it('what a send says first decides, also in its files', async () => {
  const { app } = await startWithFiles();
  const { conversationId, owner } = await app.group(1);
  const elsewhere = (await owner.post('/conversations', { type: 'group', name: 'Other' })).body.id;
  const [one, two] = [await uploaded(app, owner), await uploaded(app, owner, note('two'))];
  const sent = { id: randomUUID(), content: 'one' };
  await attach(owner, conversationId, [one.id], sent);
  const answers = [
    await attach(owner, conversationId, [two.id], sent),
    await owner.post(`/conversations/${conversationId}/messages`, sent),
    await attach(owner, elsewhere, [one.id], sent),
  ];
  expect(answers.map(({ status }) => status)).toEqual([422, 422, 409]);
  expect((await owner.get(`/conversations/${conversationId}/messages`)).body.items).toHaveLength(1);
});

it('a send without content says something by its files, and each file once', async () => {
  const { app } = await startWithFiles();
  const { conversationId, owner } = await app.group(1);
  const { id } = await uploaded(app, owner);
  const path = `/conversations/${conversationId}/messages`;
  const refused = [
    await owner.post(path, { id: randomUUID(), content: '' }),
    await attach(owner, conversationId, []),
    await attach(owner, conversationId, [id, id]),
    await attach(owner, conversationId, [id], { content: ' ' }),
  ];
  expect(refused.map(({ status, body }) => [status, body.errors[0].pointer])).toEqual([
    [422, '/content'],
    [422, '/attachments'],
    [422, '/attachments'],
    [422, '/content'],
  ]);
  const message: MessageView = (await attach(owner, conversationId, [id])).body.message;
  const edited = await owner.patch(`${path}/${message.id}`, { content: 'words' });
  expect(edited.body.message).toMatchObject({ content: 'words', attachments: [{ id }] });
});

it('C88 whatever a file is named, it is shown as it is and found by nothing of it', async () => {
  const { app, folder } = await startWithFiles();
  const { conversationId, owner } = await app.group(1);
  const names = [
    '../../../etc/passwd',
    'a\0b.txt',
    'a\r\nSet-Cookie: x=y',
    `"quoted'; filename=evil.exe`,
    'photo\u202egnp.exe',
    '🧨'.repeat(255),
  ];
  for (const name of names) {
    const message = await sentFile(app, owner, conversationId, note('said', name));
    expect(message.attachments![0]!.name).toBe(name);
    const answer = await download(app, owner, message);
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename\*=UTF-8''[\w%.~!#$&+^`|-]+$/,
    );
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(await answer.text()).toBe('said');
  }
  for (const path of await filesIn(folder)) expect(path).toMatch(/\/[0-9a-f]{2}\/[0-9a-f]{32}$/);
  expect((await owner.post('/uploads', { ...saidOf(picture), name: 'x'.repeat(256) })).status).toBe(
    422,
  );
});

it('the client uploads, says how far it is, sends and shows', async () => {
  const { app } = await startWithFiles();
  const { conversationId, owner, chat } = await groupWithChat(app);
  const { session } = owner;
  const api = createApi(app.url, { load: () => session, save: () => {} });
  const shares: number[] = [];
  const file = new File([new Uint8Array(picture.body)], 'a.png', { type: 'image/png' });
  const done = await upload(api, file, { progress: (share) => shares.push(share) });
  expect(done).toMatchObject({ status: 'ready', name: 'a.png', width: 1 });
  expect(shares.at(-1)).toBe(1);
  const message: MessageView = (await attach(owner, conversationId, [done.id])).body.message;
  const url = await downloadUrl(api, message, done.id);
  expect((await fetch(url)).headers.get('content-type')).toBe('image/png');
  const ended = upload(api, file, { signal: AbortSignal.abort(new Error('enough')) });
  await expect(ended).rejects.toThrow('enough');
  const svg = new File(['<svg/>'], 'a.svg', { type: 'image/svg+xml' });
  await expect(upload(api, svg)).rejects.toMatchObject({
    problem: { code: 'unsupported-media-type' },
  });
  expect(chat.conversations()).toContain(conversationId);
});

it('the client uploads some files at once, the rest in turn, and reads none that is far too large', async () => {
  const { app } = await startWithFiles();
  const { session } = await app.register();
  const api = createApi(app.url, { load: () => session, save: () => {} });
  let begun = 0;
  let most = 0;
  const counted: typeof api = {
    ...api,
    async call(method, path, body) {
      if (path === '/uploads') most = Math.max(most, (begun += 1));
      const answer = await api.call<never>(method, path, body);
      if (path.endsWith('/complete')) begun -= 1;
      return answer;
    },
  };
  const file = (name: string) => new File(['words'], name, { type: 'text/plain' });
  const names = Array.from({ length: 8 }, (_, at) => `${at}.txt`);
  const leaving = new AbortController();
  const all = Promise.all(names.map((name) => upload(counted, file(name))));
  const left = upload(counted, file('left.txt'), leaving);
  leaving.abort(new Error('enough'));
  await expect(left).rejects.toThrow('enough');
  expect((await all).map(({ name }) => name)).toEqual(names);
  expect(most).toBe(3);

  const film = file('film.txt');
  Object.defineProperties(film, {
    size: { value: 4 * 1_024 ** 3 },
    arrayBuffer: { value: () => Promise.reject(new Error('too large for this machine')) },
  });
  await expect(upload(api, film)).rejects.toMatchObject({ problem: { code: 'too-large' } });
});
