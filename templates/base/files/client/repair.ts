import type { MessageView } from '../src/contract/messages.ts';
import type { HeadView } from '../src/contract/sync.ts';
import type { ChatSocket } from './connection.ts';
import { createTimeline, type Timeline } from './timeline.ts';

/** A hole that is not filled by then is asked for, in milliseconds. */
const gapMs = 300;
/** When the server could not help, it is asked again after this time, in milliseconds. */
const againMs = 5_000;
const commandMs = 10_000;
const cursorsPerSync = 50;

/** The timelines of all conversations of the user, kept complete. */
export interface Timelines {
  readonly all: ReadonlyMap<string, Timeline>;
  /** Takes a notice; a hole that it shows is filled soon. */
  take(message: MessageView, how: 'created' | 'changed'): void;
  /** Takes the heads of all conversations of the user and syncs what is behind. */
  takeHeads(heads: readonly HeadView[]): Promise<void>;
  /** Asks for the heads and takes them, at any rate once after this call; one question at a time. */
  check(): Promise<void>;
  forget(conversationId: string): void;
  stop(): void;
}

/**
 * Creates the timelines of one connection; `changed` is called with every conversation that
 * changed.
 */
export function createTimelines(
  socket: ChatSocket,
  changed: (conversationId: string) => void,
): Timelines {
  const all = new Map<string, Timeline>();
  const gaps = new Map<string, ReturnType<typeof setTimeout>>();
  const sync = createSync({ socket, all, changed, forget, repairLater });
  let asking: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function take(message: MessageView, how: 'created' | 'changed'): void {
    const timeline = all.get(message.conversationId);
    // A conversation that this client has not heard of: its heads say where to start.
    if (timeline === undefined) return void check();
    timeline[how](message);
    if (timeline.incomplete) repairLater(message.conversationId, gapMs);
    changed(message.conversationId);
  }

  function repairLater(conversationId: string, milliseconds: number): void {
    if (gaps.has(conversationId)) return;
    const timer = setTimeout(() => {
      gaps.delete(conversationId);
      if (all.get(conversationId)?.incomplete) void sync([conversationId]);
    }, milliseconds);
    gaps.set(conversationId, timer);
  }

  async function takeHeads(heads: readonly HeadView[]): Promise<void> {
    const named = new Set(heads.map((head) => head.conversationId));
    for (const conversationId of all.keys()) if (!named.has(conversationId)) forget(conversationId);
    const behind: string[] = [];
    for (const { conversationId, lastSeq, lastRev, lastReadSeq } of heads) {
      const timeline = all.get(conversationId);
      if (timeline === undefined)
        all.set(conversationId, createTimeline(lastSeq, lastRev, lastReadSeq));
      else {
        timeline.heard({ seq: lastSeq, rev: lastRev });
        timeline.read(lastReadSeq);
        // Also when a cursor is ahead: a restored database answers with a reset.
        if (timeline.incomplete || timeline.seq > lastSeq || timeline.rev > lastRev)
          behind.push(conversationId);
      }
      changed(conversationId);
    }
    await sync(behind);
  }

  /** A question that is under way may have been answered before what this call is about. */
  function check(): Promise<void> {
    if (asking === undefined) return (asking = askHeads().finally(() => (asking = undefined)));
    next ??= asking.then(() => {
      next = undefined;
      return check();
    });
    return next;
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
    if (all.delete(conversationId)) changed(conversationId);
  }

  const stop = (): void => gaps.forEach((gap) => clearTimeout(gap));
  return { all, take, takeHeads, check, forget, stop };
}

/** What a sync needs of its surroundings. */
interface SyncPorts {
  readonly socket: ChatSocket;
  readonly all: ReadonlyMap<string, Timeline>;
  readonly changed: (conversationId: string) => void;
  readonly forget: (conversationId: string) => void;
  readonly repairLater: (conversationId: string, milliseconds: number) => void;
}

/** Brings conversations up to their heads; one that is being synced already is not asked twice. */
function createSync(ports: SyncPorts): (conversationIds: readonly string[]) => Promise<void> {
  const { socket, all, changed, forget, repairLater } = ports;
  const running = new Map<string, Promise<void>>();

  /** One question; false when it brought nothing. */
  async function ask(conversationIds: readonly string[]): Promise<boolean> {
    const cursors = conversationIds.flatMap((conversationId) => {
      const timeline = all.get(conversationId);
      return timeline ? [{ conversationId, seq: timeline.seq, rev: timeline.rev }] : [];
    });
    if (cursors.length === 0 || !socket.connected) return false;
    const answer = await socket
      .timeout(commandMs)
      .emitWithAck('conversation:sync', { cursors })
      .catch(() => null);
    if (!answer?.ok) {
      const wait = answer?.error.retryAfterMs ?? againMs;
      cursors.forEach(({ conversationId }) => repairLater(conversationId, wait));
      return false;
    }
    let brought = false;
    for (const synced of answer.data.conversations) {
      const { conversationId } = synced;
      const asked = cursors.find((cursor) => cursor.conversationId === conversationId);
      const timeline = all.get(conversationId);
      if ('left' in synced) forget(conversationId);
      if ('left' in synced || asked === undefined || timeline === undefined) continue;
      timeline.synced(synced, asked);
      brought ||= timeline.seq !== asked.seq || timeline.rev !== asked.rev;
      changed(conversationId);
    }
    return brought;
  }

  /** Goes on while it helps: what a notice shows meanwhile is asked for too. */
  async function askAll(conversationIds: readonly string[]): Promise<void> {
    const isBehind = (id: string): boolean => all.get(id)?.incomplete === true;
    let behind = conversationIds;
    while (behind.length > 0 && (await ask(behind))) behind = behind.filter(isBehind);
    behind.filter(isBehind).forEach((id) => repairLater(id, againMs));
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
