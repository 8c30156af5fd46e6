import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { SyncedConversation } from '../../src/contract/sync.ts';
import { displayName as nameSchema } from '../../src/contract/display-name.ts';
import { content, label } from '../../src/contract/scalars.ts';
import { hasVisibleText } from '../../src/contract/text.ts';
import { done, next, startApp } from '../support/app.ts';
import { runs } from '../support/arbitraries.ts';

const yes = true;
const no = false;

/** A text; whether it is a message, whether it is a display name, and which username it is. */
type Row = readonly [text: string, isContent: boolean, isLabel: boolean, username: string | null];

const table: readonly Row[] = [
  // Usernames are folded: width, ligatures and case do not make another one.
  ['anna', yes, yes, 'anna'],
  ['Anna.B_c-1', yes, yes, 'anna.b_c-1'],
  ['ＣＡＲＬ', yes, yes, 'carl'],
  ['ﬁona', yes, yes, 'fiona'],
  ['\u212aate', yes, yes, 'kate'], // the sign of kelvin
  ['__proto__', yes, yes, '__proto__'],
  ['constructor', yes, yes, 'constructor'],
  // What is not folded to ASCII is none.
  ['straße', yes, yes, null],
  ['Åsa', yes, yes, null],
  ['a\u030asa', yes, yes, null],
  ['\u0430nna', yes, no, null], // a Cyrillic а
  ['İris', yes, yes, null],
  ['日本語', yes, yes, null],
  ['👩‍👩‍👧‍👦', yes, yes, null],
  ['two words', yes, yes, null],
  ['ab', yes, yes, null],
  ['a'.repeat(33), yes, yes, null],
  ['a'.repeat(65), yes, no, null],
  ['😀'.repeat(64), yes, yes, null],
  ['$where', yes, yes, null],
  ['{"$gt":""}', yes, yes, null],
  ['<img src=x onerror=alert(1)>', yes, yes, null],
  // Nothing is removed: a space at an end is part of a message, and no part of a name.
  ['', no, no, null],
  [' ', no, no, null], // and of nothing visible there is no message
  ['\u3164', no, no, null],
  [' anna', yes, no, null],
  ['anna ', yes, no, null],
  ['\u00a0anna', yes, no, null],
  ['\ufeffanna', yes, no, null],
  ['one\ntwo', yes, no, null],
  ['one\ttwo', yes, no, null],
  // Controls.
  ['a\u0000b', no, no, null],
  ['a\u0001b', no, no, null],
  ['a\u0008b', no, no, null],
  ['a\u000bb', no, no, null],
  ['a\rb', no, no, null],
  ['\u001b[31mred', no, no, null],
  ['a\u007fb', no, no, null],
  // Half of a pair cannot be stored as it is.
  ['a\ud800', no, no, null],
  ['\udc00a', no, no, null],
  ['\udc00\ud800', no, no, null],
  // What turns the direction of the text around it is no name.
  ['\u202egnp.exe', yes, no, null],
  ['\u202aabc', yes, no, null],
  ['\u2066abc\u2069', yes, no, null],
  ['\u200eabc', yes, no, null],
  ['\ufffd', yes, yes, null],
  ['\uffff', yes, no, null], // no character
];

it('C41 takes a text whole or refuses it, in messages, names and usernames', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  for (const [text, isContent, isLabel, username] of table) {
    const message = { id: randomUUID(), content: text };
    const sent = await owner.post(`/conversations/${conversationId}/messages`, message);
    expect([text, sent.status]).toEqual([text, isContent ? 201 : 422]);
    if (isContent) expect(sent.body.message.content).toBe(text);
    const named = await owner.patch('/users/me', { displayName: text });
    expect([text, named.status]).toEqual([text, isLabel ? 200 : 422]);
    if (isLabel) expect(named.body.displayName).toBe(text);
    // Not by `app.call`: the documents promise names in ASCII, what folds to one is taken besides.
    const registered = await fetch(`${app.url}/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        username: text,
        email: `${randomUUID()}@example.com`,
        password: 'a password of many words',
      }),
    });
    const { user } = (await registered.json()) as { user?: { username: string } };
    expect([text, registered.status, user?.username]).toEqual(
      username === null ? [text, 422, undefined] : [text, 201, username],
    );
  }
});

it('C41 the documents show patterns that take the same texts', () => {
  const patternOf = (schema: z.ZodType): RegExp =>
    new RegExp(String(z.toJSONSchema(schema, { io: 'input' })['pattern']), 'u');
  const patterns = { content: patternOf(content), label: patternOf(label(64)) };
  // Half of a pair is no text for a document, what can be seen is said in words, and so are bounds.
  const isForPatterns = ([text]: Row): boolean =>
    !/\p{Surrogate}/u.test(text) && hasVisibleText(text) && Array.from(text).length <= 64;
  for (const [text, isContent] of table.filter(isForPatterns))
    expect([text, patterns.content.test(text), patterns.label.test(text)]).toEqual([
      text,
      isContent,
      label(64).safeParse(text).success,
    ]);
});

it('C41 Marta, MARTA and marta in full width are one name', async () => {
  const app = await startApp();
  const statuses: number[] = [];
  for (const username of ['Marta', 'MARTA', 'ｍａｒｔａ', 'marta']) {
    const email = `${randomUUID()}@example.com`;
    const body = { username, email, password: 'a password of many words' };
    statuses.push((await app.call('POST', '/auth/register', { body })).status);
  }
  expect(statuses).toEqual([201, 409, 409, 409]);
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.string({ minLength: 1, maxLength: 4_000 }),
);

it('P14 every text that is accepted comes back as it was, CR LF as LF: by answer, notice, history and sync', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const reader = await others[0]!.connect();
  const path = `/conversations/${conversationId}/messages`;
  const accepted = anyText.filter((text) => content.safeParse(text).success);
  await fc.assert(
    fc.asyncProperty(accepted, async (text) => {
      const created = next(reader, 'message:created');
      const body = { id: randomUUID(), content: text };
      const { message } = (await owner.post(path, body)).body;
      const after = message.seq - 1;
      const { conversations } = await done(reader, 'conversation:sync', {
        cursors: [{ conversationId, seq: after, rev: 0 }],
      });
      const [synced] = conversations as Extract<SyncedConversation, { changed: unknown }>[];
      const history = await owner.get(`${path}?after=${after}`);
      expect([
        message.content,
        (await created).content,
        synced!.messages[0]!.content,
        history.body.items[0].content,
      ]).toEqual(Array.from({ length: 4 }, () => text.replaceAll('\r\n', '\n')));
    }),
    runs(50),
  );
});

it('P14 every name that is accepted comes back as it was', async () => {
  const app = await startApp();
  const user = await app.register();
  const accepted = anyText.filter((text) => nameSchema.safeParse(text).success);
  await fc.assert(
    fc.asyncProperty(accepted, async (displayName) => {
      const changed = await user.patch('/users/me', { displayName });
      const seen = await user.get(`/users/${user.id}`);
      expect([changed.body.displayName, seen.body.displayName]).toEqual([displayName, displayName]);
    }),
    runs(50),
  );
});

it('a public conversation is found by the start of its name, whatever character comes next', async () => {
  const app = await startApp();
  const user = await app.register();
  const names = ['Party', 'Party\u{1f389}', 'Party\uffff', 'Parts', 'Partz'];
  for (const name of names)
    await user.post('/conversations', { type: 'group', name, visibility: 'public' });
  const { items } = (await user.get('/conversations/public?prefix=Party')).body;
  expect(items.map((item: { name: string }) => item.name)).toEqual(names.slice(0, 3));
});
