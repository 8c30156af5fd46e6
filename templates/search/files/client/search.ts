import type { MessageView } from '../src/contract/messages.ts';
import type { Api } from './api.ts';

/** What to look for. */
export interface Wanted {
  /** Words that a message has, all of them; a star behind the last one finds what begins with it. */
  readonly query: string;
  readonly conversationId?: string;
  readonly sender?: string;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
  readonly limit?: number;
}

/** A page of what was found, the latest first; it may be short, or empty, and have a next one. */
export interface Found {
  readonly items: readonly { readonly message: MessageView }[];
  readonly nextCursor: string | null;
  /** What was sent before is surely searched; null: not known yet. */
  readonly indexedUntil: string | null;
}

/** Finds messages in the conversations of the user. @throws ProblemError */
export function search(api: Api, wanted: Wanted): Promise<Found> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(wanted))
    if (value !== undefined) query.set(name, String(value));
  return api.call('GET', `/search/messages?${query.toString()}`);
}
