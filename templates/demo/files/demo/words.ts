import { ProblemError } from '../client/api.ts';
import type { Problem } from '../src/contract/errors.ts';

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
const letters = new Intl.Segmenter();

/** The time of day. */
export const timeOf = (iso: string): string => time.format(new Date(iso));

/** Day and time in full. */
export const momentOf = (iso: string): string => moment.format(new Date(iso));

/** The day in words. */
export function dayOf(iso: string): string {
  if (isDay(iso)) return 'Today';
  if (isDay(iso, 1)) return 'Yesterday';
  const year = new Date(iso).getFullYear();
  return day.format(new Date(iso)) + (year === new Date().getFullYear() ? '' : ` ${year}`);
}

/** As short as it can be: a time of day, or a date when it is not today's. */
export const shortly = (iso: string): string =>
  isDay(iso) ? timeOf(iso) : isDay(iso, 1) ? 'Yesterday' : date.format(new Date(iso));

/** Whether it is a day of the calendar, today or some days before: a day may have 23 hours, or 25. */
function isDay(iso: string, daysAgo = 0): boolean {
  const that = new Date();
  that.setDate(that.getDate() - daysAgo);
  return new Date(iso).toDateString() === that.toDateString();
}

/** At most two letters that stand for a name. */
export const initials = (name: string): string =>
  name
    .split(/[\s._-]+/u)
    .filter((word) => word !== '')
    .slice(0, 2)
    .map((word) => [...letters.segment(word)][0]?.segment)
    .join('')
    .toUpperCase();

/** A number of things: "1 member", "2 members". */
export const counted = (count: number, thing: string, things = `${thing}s`): string =>
  `${count} ${count === 1 ? thing : things}`;

/** Names in a sentence: "Anna", "Anna and Ben", "Anna, Ben and 3 others". */
export function listed(names: readonly string[]): string {
  const [first, second, ...others] = names;
  if (second === undefined) return first ?? '';
  if (others.length === 0) return `${first} and ${second}`;
  return `${first}, ${second} and ${counted(others.length, 'other')}`;
}

/** What went wrong, in words for the reader. */
export const explain = (error: unknown): string =>
  error instanceof ProblemError
    ? wordsOf(error.problem)
    : 'The server cannot be reached. Try again.';

/** The server's own words for a problem: it knows its rules. */
export function wordsOf(problem: Problem): string {
  const details = problem.errors?.map(({ pointer, detail }) => {
    const name = pointer.split('/').at(-1);
    return name ? `${name} ${detail}` : detail;
  });
  return details?.join(' · ') ?? problem.detail ?? problem.title;
}

/** Fails with the problem that a command was answered with. @throws ProblemError */
export async function accepted(answer: Promise<Problem | undefined>): Promise<void> {
  const problem = await answer;
  if (problem !== undefined) throw new ProblemError(problem);
}

/** Does something and says what went wrong; whether it went well. */
export type Attempt = (action: () => Promise<unknown>) => Promise<boolean>;

/** Attempts whose problems stand in an element. */
export const createAttempt =
  (problem: HTMLElement): Attempt =>
  async (action) => {
    problem.textContent = '';
    try {
      await action();
      return true;
    } catch (error) {
      problem.textContent = explain(error);
      return false;
    }
  };
