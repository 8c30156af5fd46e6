import { afterEach, expect, it, vi } from 'vitest';
import { dayOf, shortly } from '../../demo/words.ts';

const zone = process.env['TZ'];
afterEach(() => {
  vi.useRealTimers();
  process.env['TZ'] = zone;
  if (zone === undefined) delete process.env['TZ'];
});

// Where clocks change, a day has 23 hours in spring and 25 in autumn.
it.each([
  ['half an hour into Monday', '2026-03-29T22:30:00Z', '2026-03-29T10:00:00Z', 'Yesterday'],
  ['half an hour into Monday', '2026-03-29T22:30:00Z', '2026-03-28T10:00:00Z', 'Saturday'],
  ['late on the long Sunday', '2026-10-25T22:30:00Z', '2026-10-24T10:00:00Z', 'Yesterday'],
  ['late on the long Sunday', '2026-10-25T22:30:00Z', '2026-10-25T00:30:00Z', 'Today'],
])('names days by the calendar: %s, %s', (_moment, now, said, day) => {
  process.env['TZ'] = 'Europe/Berlin';
  vi.useFakeTimers({ now: new Date(now), toFake: ['Date'] });
  expect(dayOf(said)).toMatch(new RegExp(`^${day}`));
  if (day === 'Yesterday') expect(shortly(said)).toBe(day);
});
