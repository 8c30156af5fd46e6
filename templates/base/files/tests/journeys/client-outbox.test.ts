import { expect, it, vi } from 'vitest';
import { newMessageId } from '../../client/message-id.ts';
import { createOutbox, type OutboxPorts } from '../../client/outbox.ts';
import type { Acknowledgement, Problem } from '../../src/contract/errors.ts';
import type { SendResult } from '../../src/contract/messages.ts';
import { startApp, until } from '../support/app.ts';
import { contents, groupWithChat, message } from '../support/client.ts';
import { onTestFinished } from '../support/finish.ts';

type Answer = Acknowledgement<SendResult>;

const stored: Answer = { ok: true, data: { message: message(1), duplicate: false } };
const refusal = (status: number, code: Problem['code'], retryAfterMs?: number): Answer => ({
  ok: false,
  error: { type: '', title: 'No', status, code, ...(retryAfterMs ? { retryAfterMs } : {}) },
});

/** An outbox, and what it sent; `answer` says what becomes of a send, no answer is a lost one. */
function open(answer: (content: string) => Answer | undefined) {
  const sent: string[] = [];
  const send: OutboxPorts['send'] = async ({ content }) => {
    sent.push(content);
    const given = answer(content);
    if (given === undefined) throw new Error('no acknowledgement');
    return given;
  };
  const outbox = createOutbox({ send, sent: () => {}, changed: () => {} });
  onTestFinished(() => outbox.stop());
  return { outbox, sent };
}

function useFakeTimers(shouldAdvanceTime = false): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime });
  onTestFinished(() => void vi.useRealTimers());
}

it('sends in order: what waits behind a message without an answer waits with it', async () => {
  let failures = 2;
  const { outbox, sent } = open((content) =>
    content === 'a' && failures-- > 0 ? undefined : stored,
  );
  for (const content of ['a', 'b', 'c']) outbox.add('c', content);
  await until(() => {
    outbox.retryNow();
    return outbox.waiting('c').length === 0;
  });
  expect(sent).toEqual(['a', 'a', 'a', 'b', 'c']);
});

it('a message that is refused is shown as refused, and the next one goes', async () => {
  let isAllowed = false;
  const { outbox, sent } = open((content) =>
    content === 'b' && !isAllowed ? refusal(403, 'forbidden') : stored,
  );
  for (const content of ['a', 'b', 'c']) outbox.add('c', content);
  await until(() => outbox.waiting('c').length === 1);
  const [refused] = outbox.waiting('c');
  expect(refused).toMatchObject({ content: 'b', problem: { code: 'forbidden' } });

  isAllowed = true;
  outbox.retry(refused!);
  await until(() => outbox.waiting('c').length === 0);
  expect(sent).toEqual(['a', 'b', 'c', 'b']);
});

it('a refused message can be discarded', async () => {
  const { outbox } = open(() => refusal(422, 'validation'));
  const refused = outbox.add('c', 'a');
  await until(() => refused.problem !== null);
  outbox.discard(refused);
  expect(outbox.waiting('c')).toEqual([]);
});

it.each([
  ['too many', refusal(429, 'rate-limited')],
  ['not now', refusal(503, 'unavailable')],
])('a refusal of the moment, %s, is repeated', async (_name, answer) => {
  let refusals = 1;
  const { outbox, sent } = open(() => (refusals-- > 0 ? answer : stored));
  const { problem } = outbox.add('c', 'a');
  await until(() => {
    outbox.retryNow();
    return outbox.waiting('c').length === 0;
  });
  expect([sent, problem]).toEqual([['a', 'a'], null]);
});

it('waits at least a second and at most thirty before it repeats, and not always as long', async () => {
  useFakeTimers();
  const pauses = vi.spyOn(globalThis, 'setTimeout');
  const { outbox, sent } = open(() => undefined);
  outbox.add('c', 'a');
  await vi.advanceTimersByTimeAsync(20 * 60_000);
  expect(sent.length).toBeGreaterThan(20);
  const waited = pauses.mock.calls.map(([, milliseconds]) => milliseconds ?? 0);
  expect(Math.min(...waited)).toBeGreaterThanOrEqual(1_000);
  expect(Math.max(...waited)).toBeLessThanOrEqual(30_000);
  expect(Math.max(...waited)).toBeGreaterThan(5_000);
  expect(new Set(waited).size).toBeGreaterThan(10);
});

it('does not come back sooner than the server asks', async () => {
  useFakeTimers();
  const { outbox, sent } = open(() => refusal(429, 'rate-limited', 45_000));
  outbox.add('c', 'a');
  await vi.advanceTimersByTimeAsync(44_000);
  expect(sent).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent).toHaveLength(2);
});

it('gives each message a UUID of version 7 that begins with its time', () => {
  vi.useFakeTimers({ now: 0x0197_a3c4_6f0e });
  onTestFinished(() => void vi.useRealTimers());
  const ids = Array.from({ length: 1_000 }, newMessageId);
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids)
    expect(id).toMatch(/^0197a3c4-6f0e-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

it('a notice of the message is as good as its acknowledgement', async () => {
  const { outbox, sent } = open(() => undefined);
  const { id } = outbox.add('c', 'a');
  outbox.add('c', 'b');
  await until(() => sent.length === 1);
  outbox.noticed({ ...message(1), id });
  await until(() => sent.length === 2);
  expect(sent).toEqual(['a', 'b']);
});

it('without an acknowledgement in ten seconds the same message is sent again, stored once', async () => {
  const app = await startApp();
  useFakeTimers(true);
  const { conversationId, chat } = await groupWithChat(app);
  // The first packet is lost on its way to the server.
  const socket = chat.socket as unknown as { packet: (packet: object) => void };
  const send = socket.packet.bind(socket);
  let packets = 0;
  socket.packet = (packet) => {
    packets += 1;
    if (packets > 1) send(packet);
  };
  chat.send(conversationId, 'lost at first');
  await vi.advanceTimersByTimeAsync(9_900);
  expect(packets).toBe(1);
  await vi.advanceTimersByTimeAsync(2_200);
  expect(packets).toBe(2);
  await until(() => chat.waiting(conversationId).length === 0);
  expect(contents(chat, conversationId)).toEqual(['lost at first']);
});
