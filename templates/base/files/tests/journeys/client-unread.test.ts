import { expect, it } from 'vitest';
import { createTimeline } from '../../client/timeline.ts';
import { unreadOf } from '../../client/unread.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { message } from '../support/client.ts';

const me = 'f'.repeat(24);
const deleted = (seq: number, rev: number): MessageView => ({
  ...message(seq, rev),
  content: null,
  deletedAt: new Date(0).toISOString(),
});
const mine = (seq: number): MessageView => ({ ...message(seq), sender: me });

/** Ten messages of which seven were read, and one of the last three deleted before it was asked. */
const counted = { lastSeq: 10, lastRev: 1, lastReadSeq: 7, unread: 2 };

it('what is not loaded counts as the server has counted it', () => {
  expect(unreadOf(createTimeline(10, 1, 7), me, counted)).toBe(2);
});

it('what comes counts, unless it is their own or deleted', () => {
  const timeline = createTimeline(10, 1, 7);
  timeline.created(message(11));
  expect(unreadOf(timeline, me, counted)).toBe(3);
  timeline.created(mine(12));
  expect(unreadOf(timeline, me, counted)).toBe(3);
  timeline.changed(deleted(11, 2));
  expect(unreadOf(timeline, me, counted)).toBe(2);
});

it('what is deleted since counts no more, loaded or not, and what was before not twice', () => {
  const timeline = createTimeline(10, 1, 7);
  timeline.changed(deleted(10, 2));
  expect(unreadOf(timeline, me, counted)).toBe(1);
  timeline.page([message(8), deleted(9, 1), deleted(10, 2)]);
  expect(unreadOf(timeline, me, counted)).toBe(1);
  timeline.changed(deleted(8, 3));
  expect(unreadOf(timeline, me, counted)).toBe(0);
});

it('what is read counts no more, whether it was there or not', () => {
  const timeline = createTimeline(10, 1, 7);
  timeline.page([deleted(8, 1), message(9), message(10)]);
  timeline.read(8);
  expect(unreadOf(timeline, me, counted)).toBe(2);
  timeline.read(9);
  expect(unreadOf(timeline, me, counted)).toBe(1);
  timeline.read(10);
  timeline.created(message(11));
  expect(unreadOf(timeline, me, counted)).toBe(1);
  timeline.read(11);
  expect(unreadOf(timeline, me, counted)).toBe(0);
});

it('what the server says later counts from there', () => {
  const timeline = createTimeline(10, 1, 7);
  for (const seq of [11, 12]) timeline.created(message(seq));
  timeline.changed(deleted(11, 2));
  expect(unreadOf(timeline, me, { lastSeq: 12, lastRev: 2, lastReadSeq: 7, unread: 3 })).toBe(3);
  expect(unreadOf(timeline, me, { lastSeq: 12, lastRev: 2, lastReadSeq: 12, unread: 0 })).toBe(0);
});
