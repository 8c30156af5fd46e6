import type { HeadView, MessageView } from '../src/contract/messages.ts';
import type { ChatSocket } from './chat.ts';
import { createTimeline, type Timeline } from './timeline.ts';

/** A hole that is not filled by then is asked for, in milliseconds. */
const gapMs = 300;
const commandMs = 10_000;
const cursorsPerSync = 50;

/** The timelines of all conversations of the user, kept complete. */
export interface Timelines {
  readonly all: ReadonlyMap<string, Timeline>;
  /** Takes a notice; a hole that it shows is filled soon. */
  take(message: MessageView, how: 'created' | 'changed'): void;
  /** Takes the heads of all conversations of the user and syncs what is behind. */
  takeHeads(heads: readonly HeadView[]): Promise<void>;
  /** Asks for the heads and takes them; one question at a time. */
  check(): Promise<void>;
  forget(conversationId: string): void;
  stop(): void;
}

/** Creates the timelines of one connection; `changed` hears of every conversation that changed. */
export function createTimelines(
  socket: ChatSocket,
  changed: (conversationId: string) => void,
): Timelines {
  const all = new Map<string, Timeline>();
  const gaps = new Map<string, ReturnType<typeof setTimeout>>();
  const sync = createSync(socket, all, changed);
  let checking: Promise<void> | undefined;

  function take(message: MessageView, how: 'created' | 'changed'): void {
    const timeline = all.get(message.conversationId);
    // A conversation that this client has not heard of: its heads say where to start.
    if (timeline === undefined) return void check();
    timeline[how](message);
    if (timeline.incomplete) repairLater(message.conversationId);
    changed(message.conversationId);
  }

  function repairLater(conversationId: string): void {
    if (gaps.has(conversationId)) return;
    const timer = setTimeout(() => {
      gaps.delete(conversationId);
      if (all.get(conversationId)?.incomplete) void sync([conversationId]);
    }, gapMs);
    gaps.set(conversationId, timer);
  }

  async function takeHeads(heads: readonly HeadView[]): Promise<void> {
    const named = new Set(heads.map((head) => head.conversationId));
    for (const conversationId of all.keys()) if (!named.has(conversationId)) forget(conversationId);
    const behind: string[] = [];
    for (const { conversationId, lastSeq, lastRev } of heads) {
      const timeline = all.get(conversationId);
      if (timeline === undefined) {
        all.set(conversationId, createTimeline(lastSeq, lastRev));
        changed(conversationId);
      } else if (timeline.seq !== lastSeq || timeline.rev !== lastRev) {
        // Also when a cursor is ahead: a restored database answers with a reset.
        behind.push(conversationId);
      }
    }
    await sync(behind);
  }

  function check(): Promise<void> {
    checking ??= askHeads().finally(() => (checking = undefined));
    return checking;
  }

  async function askHeads(): Promise<void> {
    if (!socket.connected) return;
    const answer = await socket
      .timeout(commandMs)
      .emitWithAck('conversation:heads', {})
      .catch(() => null);
    if (answer?.ok) await takeHeads(answer.data.heads);
  }

  function forget(conversationId: string): void {
    all.delete(conversationId);
    changed(conversationId);
  }

  const stop = (): void => gaps.forEach((gap) => clearTimeout(gap));
  return { all, take, takeHeads, check, forget, stop };
}

/** Brings conversations up to their heads; one that is being synced already is not asked twice. */
function createSync(
  socket: ChatSocket,
  all: Map<string, Timeline>,
  changed: (conversationId: string) => void,
): (conversationIds: readonly string[]) => Promise<void> {
  const running = new Map<string, Promise<void>>();

  /** One question; returns the conversations of which there is more. Without an answer the next
   * gap, connect or check asks again. */
  async function ask(conversationIds: readonly string[]): Promise<string[]> {
    const cursors = conversationIds.flatMap((conversationId) => {
      const timeline = all.get(conversationId);
      return timeline ? [{ conversationId, seq: timeline.seq, rev: timeline.rev }] : [];
    });
    if (cursors.length === 0 || !socket.connected) return [];
    const answer = await socket
      .timeout(commandMs)
      .emitWithAck('conversation:sync', { cursors })
      .catch(() => null);
    if (!answer?.ok) return [];
    const more: string[] = [];
    for (const synced of answer.data.conversations) {
      const asked = cursors.find((cursor) => cursor.conversationId === synced.conversationId);
      if ('left' in synced) all.delete(synced.conversationId);
      else if (asked) all.get(synced.conversationId)?.synced(synced, asked);
      if ('hasMore' in synced && synced.hasMore) more.push(synced.conversationId);
      changed(synced.conversationId);
    }
    return more;
  }

  async function askAll(conversationIds: readonly string[]): Promise<void> {
    let behind: readonly string[] = conversationIds;
    while (behind.length > 0) behind = await ask(behind);
  }

  return async (conversationIds) => {
    const idle = conversationIds.filter((id) => !running.has(id));
    for (let start = 0; start < idle.length; start += cursorsPerSync) {
      const group = idle.slice(start, start + cursorsPerSync);
      const run = askAll(group).finally(() => group.forEach((id) => running.delete(id)));
      group.forEach((id) => running.set(id, run));
    }
    await Promise.all(conversationIds.flatMap((id) => running.get(id) ?? []));
  };
}
