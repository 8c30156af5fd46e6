import { describe, expect, it } from 'vitest';
import {
  countDiverged,
  judge,
  longestPause,
  type Acked,
  type Sent,
  type Stored,
} from '../../support/faults/verdict.ts';

/** Two rooms of two writers, whole. */
function whole() {
  const sent: Sent[] = [];
  const acked: Acked[] = [];
  const stored: Stored[] = [];
  for (const room of ['r', 's'])
    for (let seq = 1; seq <= 10; seq += 1) {
      const sender = seq % 2 === 0 ? 'a' : 'b';
      const [id, number] = [`${sender}-${room}-${seq}`, Math.ceil(seq / 2)];
      sent.push({ room, sender, id, number });
      acked.push({ room, sender, id, seq, at: 1_000 * seq });
      stored.push({ room, seq, id, content: `${sender} ${number}` });
    }
  return { sent, acked, stored };
}

const clean = { acknowledged: 20, lost: 0, doubled: 0, outOfOrder: 0, holes: 0, unknown: 0 };

type Whole = ReturnType<typeof whole>;

describe('the verdict on a series of faults', () => {
  it('finds nothing in what is whole, nor in what was sent and has no acknowledgement', () => {
    const { sent, acked, stored } = whole();
    expect(judge(sent, acked, stored)).toEqual(clean);
    expect(judge(sent, acked.slice(1), stored)).toEqual({ ...clean, acknowledged: 19 });
    const late = { room: 'r', sender: 'a', id: 'late', number: 6 };
    expect(judge([...sent, late], acked, stored)).toEqual(clean);
  });

  it.each<[string, (whole: Whole) => unknown, object]>([
    ['a loss at the end', ({ stored }) => stored.pop(), { lost: 1 }],
    ['a loss within', ({ stored }) => stored.splice(3, 1), { lost: 1, holes: 1 }],
    [
      'a message at another place than was acknowledged',
      ({ stored }) => (stored[9] = { ...(stored[9] as Stored), seq: 11 }),
      { lost: 1, holes: 1 },
    ],
    [
      'a double',
      ({ stored }) => stored.push({ ...(stored[19] as Stored), seq: 11 }),
      { doubled: 1 },
    ],
    [
      'two messages at one place',
      ({ sent, stored }) => {
        sent.push({ room: 's', sender: 'a', id: 'x', number: 6 });
        stored.push({ room: 's', seq: 10, id: 'x', content: 'a 6' });
      },
      { holes: 1 },
    ],
    [
      'a later message before an earlier one of its sender',
      ({ acked, stored }) => {
        for (const list of [acked, stored] as { seq: number }[][]) {
          const [one, two] = [list[1], list[3]] as [{ seq: number }, { seq: number }];
          [list[1], list[3]] = [
            { ...one, seq: two.seq },
            { ...two, seq: one.seq },
          ];
        }
      },
      { outOfOrder: 1 },
    ],
    [
      'a message that nobody sent',
      ({ stored }) => stored.push({ room: 'r', seq: 11, id: 'y', content: 'a 6' }),
      { unknown: 1 },
    ],
  ])('finds %s', (_what, plant, found) => {
    const planted = whole();
    plant(planted);
    const { sent, acked, stored } = planted;
    expect(judge(sent, acked, stored)).toEqual({ ...clean, ...found });
  });

  it('finds views that are not what is stored', () => {
    const { stored } = whole();
    const lines = stored
      .filter(({ room }) => room === 'r')
      .map(({ seq, id, content }) => `${seq} ${id} ${content}`);
    const diverged = (seen: readonly string[], isWhole: boolean): number =>
      countDiverged(stored, [{ room: 'r', lines: seen, isWhole }]);
    expect(diverged(lines, true)).toBe(0);
    expect(diverged(lines.slice(4), false)).toBe(0); // a timeline may begin later
    expect(diverged(lines.slice(4), true)).toBe(1);
    expect(diverged(lines.slice(0, -1), false)).toBe(1);
    expect(diverged([...lines.slice(0, 3), ...lines.slice(4)], false)).toBe(1);
    expect(diverged([...lines, lines[9] ?? ''], true)).toBe(1);
    expect(diverged([], false)).toBe(1);
  });

  it('knows the longest time without an acknowledgement', () => {
    const at = (...times: number[]) => times.map((time) => ({ at: time }) as Acked);
    expect(longestPause(at(10, 1_000, 20, 1_500))).toBe(980);
  });
});
