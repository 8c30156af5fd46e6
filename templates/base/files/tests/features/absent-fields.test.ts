import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Problem } from '../../src/contract/errors.ts';
import { editedFields, sentFields } from '../../src/contract/message-fields.ts';
import { refused, startApp } from '../support/app.ts';
import { post } from '../support/client.ts';

const id = '0'.repeat(24);

/** What each feature that adds to messages lets sends and edits say; a project has some of them. */
const fields = {
  sent: {
    mentions: [id],
    mentionAll: 'here',
    silent: true,
    replyTo: randomUUID(),
    threadOf: randomUUID(),
    alsoInConversation: true,
    attachments: [id],
  },
  edited: { mentions: [id] },
} as const;

const isOurs = (name: string): boolean => ['id', 'content'].includes(name);

/** Those that this project does not know. */
const absentIn = (all: object, known: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => !Object.hasOwn(known, name)));

const unknown = (absent: object) =>
  Object.keys(absent).map((name) => ({
    pointer: `/${name}`,
    detail: 'is not known: leave it out',
  }));

it('S70 every field that features add to sends and edits is tried here', () => {
  const added = (known: object) => Object.keys(known).filter((name) => !isOurs(name));
  expect(Object.keys(fields.sent)).toEqual(expect.arrayContaining(added(sentFields)));
  expect(Object.keys(fields.edited)).toEqual(expect.arrayContaining(added(editedFields)));
});

const unsent = absentIn(fields.sent, sentFields);
const unedited = absentIn({ ...fields.sent, ...fields.edited }, editedFields);

it.runIf(Object.keys(unsent).length > 0)(
  'S70 a send with fields of absent features is refused, and each is named',
  async () => {
    const app = await startApp();
    const { conversationId, owner } = await app.group(1);
    const socket = await owner.connect();
    const send = { id: randomUUID(), content: 'hello', ...unsent };
    const path = `/conversations/${conversationId}/messages`;
    const answer = await owner.post<Problem>(path, send);
    expect([answer.status, answer.body.errors]).toEqual([422, unknown(unsent)]);
    const said = await refused(socket, 'message:send', { conversationId, ...send });
    expect([said.code, said.errors]).toEqual(['validation', unknown(unsent)]);
    expect(await app.app.connection.collection('messages').countDocuments()).toBe(0);
  },
);

it('S70 an edit with fields of sends or of absent features is refused, and each is named', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const { id: messageId } = await post(owner, conversationId, 'first');
  const edit = { content: 'second', ...unedited };
  const path = `/conversations/${conversationId}/messages/${messageId}`;
  const answer = await owner.patch<Problem>(path, edit);
  expect([answer.status, answer.body.errors]).toEqual([422, unknown(unedited)]);
  const said = await refused(socket, 'message:edit', { conversationId, messageId, ...edit });
  expect([said.code, said.errors]).toEqual(['validation', unknown(unedited)]);
  expect((await owner.get(path)).body.message).toMatchObject({ content: 'first', rev: 0 });
});
