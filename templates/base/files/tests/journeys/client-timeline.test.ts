import { expect, it } from 'vitest';
import { createTimeline, type Timeline } from '../../client/timeline.ts';
import { message, synced } from '../support/client.ts';
import { numbers } from '../support/node.ts';

const seqs = (timeline: Timeline): number[] => timeline.messages().map(({ seq }) => seq);
const reset = { conversationId: 'c', reset: true as const, lastRev: 0 };

it('the cursor of messages stops before a hole and moves over it once it is filled', () => {
  const timeline = createTimeline(0, 0);
  for (const seq of [1, 2, 4, 5]) timeline.created(message(seq));
  expect([timeline.seq, timeline.incomplete]).toEqual([2, true]);
  timeline.created(message(3));
  expect([timeline.seq, timeline.incomplete]).toEqual([5, false]);
  expect(seqs(timeline)).toEqual([1, 2, 3, 4, 5]);
});

it('the cursor of changes stops before a hole and moves over it once it is filled', () => {
  const timeline = createTimeline(3, 0);
  timeline.changed(message(1, 1));
  timeline.changed(message(2, 3));
  expect([timeline.rev, timeline.incomplete]).toEqual([1, true]);
  timeline.changed(message(3, 2));
  expect([timeline.rev, timeline.incomplete]).toEqual([3, false]);
});

it('is incomplete while the server has more than it', () => {
  const timeline = createTimeline(3, 1);
  timeline.heard({ seq: 4, rev: 1 });
  expect([timeline.seq, timeline.incomplete]).toEqual([3, true]);
  timeline.created(message(4));
  expect(timeline.incomplete).toBe(false);
  timeline.heard({ seq: 2, rev: 2 });
  expect([timeline.rev, timeline.incomplete]).toEqual([1, true]);
});

it('keeps the state of a message with the higher rev, whichever comes last', () => {
  const timeline = createTimeline(0, 0);
  timeline.created(message(1));
  timeline.changed(message(1, 2, 'second edit'));
  timeline.changed(message(1, 1, 'first edit'));
  timeline.page([message(1)]);
  expect(timeline.messages()[0]!.content).toBe('second edit');
  expect([timeline.rev, timeline.incomplete]).toEqual([2, false]);
});

it('keeps a change to a message that is not loaded, for a page that was read before it', () => {
  const timeline = createTimeline(100, 0);
  timeline.changed(message(40, 1, 'edited'));
  expect([seqs(timeline), timeline.firstSeq]).toEqual([[], 101]);
  expect(timeline.newest(message(40)).content).toBe('edited');
  timeline.page(numbers(70, 31).map((seq) => message(seq)));
  expect([timeline.firstSeq, timeline.messages()[9]!.content]).toEqual([31, 'edited']);
  expect(seqs(timeline)).toEqual(numbers(70, 31));
});

it('a page of history says what messages are, never where the cursors stand', () => {
  const timeline = createTimeline(5, 0);
  timeline.page([message(4), message(5), message(6), message(7, 3)]);
  expect([timeline.seq, timeline.rev, timeline.incomplete]).toEqual([5, 0, false]);
  expect(seqs(timeline)).toEqual([4, 5, 6, 7]);
});

it('a page that does not adjoin what is loaded leaves no hole in it', () => {
  const timeline = createTimeline(100, 0);
  timeline.page([message(10), message(11)]);
  expect([seqs(timeline), timeline.firstSeq]).toEqual([[], 101]);
});

it('a reset forgets what may have changed unseen and keeps what came meanwhile', () => {
  const timeline = createTimeline(0, 0);
  for (const seq of [1, 2, 3]) timeline.created(message(seq));
  timeline.created(message(1_001));
  timeline.synced({ ...reset, lastSeq: 1_000, messages: [message(1_000)] }, { seq: 3, rev: 0 });
  expect(seqs(timeline)).toEqual([1_000, 1_001]);
  expect([timeline.seq, timeline.firstSeq, timeline.incomplete]).toEqual([1_001, 1_000, false]);
});

it('a page that was asked for before a reset is dropped: changes after it were not seen', () => {
  const timeline = createTimeline(10, 0);
  const { epoch } = timeline;
  timeline.synced({ ...reset, lastSeq: 1_000, messages: [] }, { seq: 10, rev: 0 });
  timeline.page([message(1_000, 0, 'before it was edited')], epoch);
  expect(timeline.messages()).toEqual([]);
});

it('a reset after a restore forgets what the server does not have any more', () => {
  const timeline = createTimeline(0, 0);
  for (const seq of [1, 2, 3, 5]) timeline.created(message(seq));
  timeline.read(3);
  timeline.synced({ ...reset, lastSeq: 1, messages: [message(1)] }, { seq: 3, rev: 0 });
  expect(seqs(timeline)).toEqual([1]);
  expect([timeline.seq, timeline.readSeq, timeline.incomplete]).toEqual([1, 1, false]);
});

it('a sync that answers late does not move a cursor back', () => {
  const timeline = createTimeline(0, 0);
  for (const seq of [2, 1, 3]) timeline.created(message(seq));
  const late = synced([message(1), message(2)], [], { seq: 2, rev: 0 });
  timeline.synced(late, { seq: 0, rev: 0 });
  expect(timeline.seq).toBe(3);
});

it('what was read is never taken back', () => {
  const timeline = createTimeline(50, 0, 40);
  timeline.read(10);
  expect(timeline.readSeq).toBe(40);
});
