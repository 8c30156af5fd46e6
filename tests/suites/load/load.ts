import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MessageView } from '../../src/contract/messages.ts';
import { apiOf, createChatMember } from './chat-member.ts';
import { openLedger, type Ledger } from './ledger.ts';
import { createTally, until, type Member } from './member.ts';
import type { Part } from './part.ts';
import { createPlainMember } from './plain-member.ts';
import { serve } from './rpc.ts';

// Clients of a backend, as a process of its own; its parent says who, and when to begin and to end.
const tally = createTally();
const ledgers: Ledger[] = [];
let members: Member[] = [];
let folder = '';

serve({
  async open(input: { readonly folder: string; readonly parts: readonly Part[] }) {
    folder = input.folder;
    members = input.parts.map((part) => {
      const ledger = openLedger(folder, part.name);
      ledgers.push(ledger);
      const create = part.how === 'plain' ? createPlainMember : createChatMember;
      return create(part, ledger, tally);
    });
    await Promise.all(members.map((member) => member.ready()));
  },
  start: () => members.forEach((member) => member.start()),
  pause: () => members.forEach((member) => member.stop()),
  /** Ends writing; what is still not acknowledged after the time is told. */
  async stop({ withinMs }: { readonly withinMs: number }) {
    members.forEach((member) => member.stop());
    await until(() => members.every((member) => member.waiting === 0), withinMs);
    ledgers.forEach((ledger) => ledger.close());
    return members.reduce((sum, member) => sum + member.waiting, 0);
  },
  tally: tally.read,
  /** Waits until all are connected and every timeline has what the heads say, and writes what each member sees. */
  async views({ withinMs }: { readonly withinMs: number }) {
    const chats = members.flatMap(({ chat }) => chat ?? []);
    const end = Date.now() + withinMs;
    const isBehind = (): boolean =>
      chats.some((chat) => chat.conversations().some((id) => chat.timeline(id)?.incomplete));
    let isWhole = false;
    while (!isWhole && Date.now() < end) {
      // Who is not connected does not know that it is behind.
      const areConnected = chats.every(({ socket }) => socket.connected);
      await Promise.all(chats.map((chat) => chat.check()));
      await new Promise((resolve) => setTimeout(resolve, 500));
      isWhole = areConnected && !isBehind();
    }
    for (const { chat, part } of members) {
      if (chat !== undefined) write(part, 'live', chat.timeline(part.room)?.messages() ?? []);
      write(part, 'history', await historyOf(part));
    }
  },
  close: () => members.forEach((member) => member.close()),
});

/** The whole history, page by page, as any client reads it. */
async function historyOf(part: Part): Promise<MessageView[]> {
  const api = apiOf(part);
  const path = `/conversations/${part.room}/messages?limit=100&after=`;
  const all: MessageView[] = [];
  for (let more = true; more;) {
    const page: { items: MessageView[]; hasMoreAfter: boolean } = await api.call(
      'GET',
      `${path}${all.at(-1)?.seq ?? 0}`,
    );
    all.push(...page.items);
    more = page.hasMoreAfter;
  }
  return all;
}

function write(part: Part, kind: 'live' | 'history', messages: readonly MessageView[]): void {
  const lines = messages.map(({ seq, id, content }) => `${seq} ${id} ${content}\n`);
  writeFileSync(join(folder, `${part.name}.${part.room}.${kind}`), lines.join(''));
}
