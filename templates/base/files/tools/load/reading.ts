import type { Api } from '../../client/api.ts';
import { limits } from '../../src/configs/limits.ts';
import { inParallel, type Room } from './crowd.ts';
import { findFaults, type ReadMessage } from './ledger.ts';
import type { Ledgers } from './talk.ts';

/** A page of the history. */
interface Page {
  readonly items: readonly ReadMessage[];
  readonly hasMoreAfter: boolean;
}

/** Lets every member read the whole history of their room; a line for each fault that they find. */
export async function readBack(
  rooms: readonly Room[],
  ledgers: Ledgers,
): Promise<readonly string[]> {
  const readers = rooms.flatMap(({ id, members }) =>
    members.map(({ api }) => ({ conversationId: id, api })),
  );
  const faults = await inParallel(readers, async ({ conversationId, api }) => {
    const read = await readAll(api, conversationId);
    const name = api.session?.user.username;
    return findFaults(ledgers.get(conversationId) ?? [], read).map((fault) => `${name}: ${fault}`);
  });
  return faults.flat();
}

async function readAll(api: Api, conversationId: string): Promise<readonly ReadMessage[]> {
  const read: ReadMessage[] = [];
  for (let after = 0; ;) {
    const path = `/conversations/${conversationId}/messages?after=${after}&limit=${limits.page.maxItems}`;
    const { items, hasMoreAfter } = await api.call<Page>('GET', path);
    read.push(...items);
    const last = items.at(-1);
    if (!hasMoreAfter || last === undefined) return read;
    // A page that does not lead on would be read for ever.
    if (last.seq <= after) throw new Error(`the history does not go on after ${after}`);
    after = last.seq;
  }
}
