import { ProblemError } from '../client/api.ts';

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
const dayMs = 24 * 60 * 60_000;

/** The time of day. */
export const timeOf = (iso: string): string => time.format(new Date(iso));

/** Day and time in full. */
export const momentOf = (iso: string): string => moment.format(new Date(iso));

/** The day in words. */
export function dayOf(iso: string): string {
  if (isToday(iso)) return 'Today';
  if (isToday(iso, dayMs)) return 'Yesterday';
  const year = new Date(iso).getFullYear();
  return day.format(new Date(iso)) + (year === new Date().getFullYear() ? '' : ` ${year}`);
}

/** As short as it can be: a time of day, or a date when it is not today's. */
export const shortly = (iso: string): string =>
  isToday(iso) ? timeOf(iso) : isToday(iso, dayMs) ? 'Yesterday' : date.format(new Date(iso));

const isToday = (iso: string, agoMs = 0): boolean =>
  new Date(iso).toDateString() === new Date(Date.now() - agoMs).toDateString();

/** At most two letters that stand for a name. */
export const initials = (name: string): string =>
  name
    .split(/[\s._-]+/u)
    .filter((word) => word !== '')
    .slice(0, 2)
    .map((word) => Array.from(word)[0])
    .join('')
    .toUpperCase();

/** A number of things: "1 member", "2 members". */
export const counted = (count: number, thing: string): string =>
  `${count} ${thing}${count === 1 ? '' : 's'}`;

/** Names in a sentence: "Anna", "Anna and Ben", "Anna, Ben and 3 others". */
export function listed(names: readonly string[]): string {
  const [first, second, ...others] = names;
  if (second === undefined) return first ?? '';
  if (others.length === 0) return `${first} and ${second}`;
  return `${first}, ${second} and ${counted(others.length, 'other')}`;
}

/** What went wrong, in words for the reader. */
export function explain(error: unknown): string {
  if (!(error instanceof ProblemError)) return 'The server cannot be reached. Try again.';
  const { problem } = error;
  const details = problem.errors?.map(({ pointer, detail }) => {
    const name = pointer.split('/').at(-1);
    return name ? `${name}: ${detail}` : detail;
  });
  return details?.join(' · ') ?? problem.detail ?? problem.title;
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
