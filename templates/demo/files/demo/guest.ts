import { ProblemError, type Api } from '../client/api.ts';

const words = {
  first: ['Brave', 'Calm', 'Clever', 'Gentle', 'Happy', 'Quick', 'Quiet', 'Sunny', 'Warm', 'Wise'],
  second: ['Badger', 'Falcon', 'Fox', 'Heron', 'Lynx', 'Otter', 'Owl', 'Robin', 'Seal', 'Wren'],
} as const;
const numbers = 10_000;
/** A name that is taken is tried again as another one, this many times in all. */
const maxTries = 3;

/** A user that exists for this tab only: nobody knows the password. @throws ProblemError */
export async function registerGuest(api: Api, tries = 1): Promise<void> {
  // The number is part of both: usernames are unique, so the names that are shown are as well.
  const names = [pick(words.first), pick(words.second), String(below(numbers))];
  const username = names.join('-').toLowerCase();
  const account = { username, email: `${username}@example.com`, password: crypto.randomUUID() };
  try {
    await api.register(account);
  } catch (error) {
    if (!isTaken(error) || tries >= maxTries) throw error;
    return registerGuest(api, tries + 1);
  }
  await api.call('PATCH', '/users/me', { displayName: names.join(' ') });
}

const isTaken = (error: unknown): boolean =>
  error instanceof ProblemError && /^(?:username|email)-taken$/.test(error.problem.code);

const pick = (texts: readonly string[]): string => texts[below(texts.length)] ?? '';

const below = (end: number): number => Math.floor(Math.random() * end);
