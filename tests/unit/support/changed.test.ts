import { describe, expect, it } from 'vitest';
import type { Done } from '../../suites/load/done.ts';
import { toViewOf, wrongIn, type Changed } from '../../support/faults/changed.ts';

const whole: Changed = {
  messages: [
    { id: 'one', rev: 3, content: 'a 1', sums: [{ key: 'x', count: 2 }] },
    { id: 'two', rev: 2, content: 'b 0', sums: [] },
  ],
  reactions: [
    { user: 'a', message: 'one', keys: ['x'] },
    { user: 'b', message: 'one', keys: ['x'] },
  ],
  changes: [
    { rev: 3, message: 'one' },
    { rev: 1, message: 'one' },
    { rev: 2, message: 'two' },
  ],
};
const done: readonly Done[] = [
  { userId: 'a', chosen: { one: ['x'] }, said: { id: 'one', content: 'a 1' } },
  { userId: 'b', chosen: { one: ['x'] }, said: { id: 'two', content: 'b 0' } },
];
const [one, two] = whole.messages as [Changed['messages'][0], Changed['messages'][0]];

describe('the verdict on changes', () => {
  it('finds nothing in what is whole', () => {
    expect(wrongIn(whole, done)).toEqual([]);
  });

  it.each<[string, Partial<Changed>]>([
    ['a rev that is not there', { changes: whole.changes.slice(1) }],
    ['a rev that is there twice', { changes: [...whole.changes, { rev: 2, message: 'two' }] }],
    ['a message behind its last change', { messages: [{ ...one, rev: 1 }, two] }],
    ['a sum above its rows', { messages: [{ ...one, sums: [{ key: 'x', count: 3 }] }, two] }],
    ['a row without a sum', { messages: [{ ...one, sums: [] }, two] }],
    [
      'a reaction that is lost',
      {
        messages: [{ ...one, sums: [{ key: 'x', count: 1 }] }, two],
        reactions: whole.reactions.slice(1),
      },
    ],
    [
      'a reaction of nobody’s',
      {
        reactions: [...whole.reactions, { user: 'a', message: 'two', keys: ['x'] }],
        messages: [one, { ...two, sums: [{ key: 'x', count: 1 }] }],
      },
    ],
    ['an edit that is lost', { messages: [one, { ...two, content: 'b' }] }],
  ])('finds %s', (_what, changes) => {
    expect(wrongIn({ ...whole, ...changes }, done)).toHaveLength(1);
  });

  it('knows what each user has to see', () => {
    const [seen] = toViewOf(whole, 'b');
    expect(seen).toEqual({ id: 'one', rev: 3, content: 'a 1', reactions: 'x 2', mine: ['x'] });
    expect(toViewOf(whole, 'c')[0]?.mine).toEqual([]);
  });
});
