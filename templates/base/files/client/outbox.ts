import type { Acknowledgement, Problem } from '../src/contract/errors.ts';
import type { MessageView, SendResult } from '../src/contract/messages.ts';

/** A message that is not acknowledged yet. */
export interface OutgoingMessage {
  readonly conversationId: string;
  readonly clientMessageId: string;
  readonly content: string;
  /** Why it was refused for good; it stays listed until it is discarded or tried again. */
  problem: Problem | null;
}

/** How long an acknowledgement is waited for, in milliseconds. */
const acknowledgementMs = 10_000;
const shortestRetryMs = 1_000;
const longestRetryMs = 30_000;

/** What an outbox needs of its surroundings. */
export interface OutboxPorts {
  /** Sends once; rejects when there is no acknowledgement in time. */
  send(message: OutgoingMessage, timeoutMs: number): Promise<Acknowledgement<SendResult>>;
  /** An acknowledged message left the queue. */
  sent(result: SendResult): void;
  /** The queue of a conversation changed. */
  changed(conversationId: string): void;
}

/** Sends in order, one at a time for each conversation, and repeats until there is a verdict. */
export interface Outbox {
  add(conversationId: string, content: string): OutgoingMessage;
  /** Drops a refused message. */
  discard(message: OutgoingMessage): void;
  /** Tries a refused message again. */
  retry(message: OutgoingMessage): void;
  /** Tries now what waits for its next try: the connection is back. */
  retryNow(): void;
  /** Takes a notice of an own message, which may come before its acknowledgement, or without one. */
  noticed(message: MessageView): void;
  /** What waits in a conversation, in order. */
  waiting(conversationId: string): readonly OutgoingMessage[];
  stop(): void;
}

interface Lane {
  readonly queue: OutgoingMessage[];
  running: boolean;
  wake: (() => void) | undefined;
}

/** Creates an empty outbox. */
export function createOutbox(ports: OutboxPorts): Outbox {
  const lanes = new Map<string, Lane>();
  let stopped = false;

  /** What waits behind a message without a verdict waits with it: that keeps the order. */
  async function run(lane: Lane): Promise<void> {
    if (lane.running) return;
    lane.running = true;
    let failures = 0;
    for (;;) {
      const head = lane.queue.find((message) => message.problem === null);
      if (head === undefined || stopped) break;
      const answer = await ports.send(head, acknowledgementMs).catch(() => null);
      if (stopped) break;
      if (answer?.ok) {
        failures = 0;
        remove(lane, head);
        ports.sent(answer.data);
      } else if (answer !== null && isFinal(answer.error)) {
        failures = 0;
        head.problem = answer.error;
      } else if (lane.queue.includes(head)) {
        failures += 1;
        await pause(lane, Math.max(answer?.error.retryAfterMs ?? 0, backoff(failures)));
      }
      ports.changed(head.conversationId);
    }
    lane.running = false;
  }

  function pause(lane: Lane, milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      lane.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function laneOf(conversationId: string): Lane {
    const known = lanes.get(conversationId);
    if (known !== undefined) return known;
    const lane: Lane = { queue: [], running: false, wake: undefined };
    lanes.set(conversationId, lane);
    return lane;
  }

  const retryNow = (): void => lanes.forEach((lane) => lane.wake?.());

  return {
    add(conversationId, content) {
      const clientMessageId = crypto.randomUUID();
      const message: OutgoingMessage = { conversationId, clientMessageId, content, problem: null };
      const lane = laneOf(conversationId);
      lane.queue.push(message);
      ports.changed(conversationId);
      void run(lane);
      return message;
    },
    discard(message) {
      remove(laneOf(message.conversationId), message);
      ports.changed(message.conversationId);
    },
    retry(message) {
      message.problem = null;
      ports.changed(message.conversationId);
      void run(laneOf(message.conversationId));
    },
    retryNow,
    noticed({ conversationId, clientMessageId }) {
      const lane = lanes.get(conversationId);
      const message = lane?.queue.find((one) => one.clientMessageId === clientMessageId);
      if (lane === undefined || message === undefined) return;
      remove(lane, message);
      lane.wake?.();
    },
    waiting: (conversationId) => lanes.get(conversationId)?.queue ?? [],
    stop() {
      stopped = true;
      retryNow();
    },
  };
}

function remove(lane: Lane, message: OutgoingMessage): void {
  const place = lane.queue.indexOf(message);
  if (place >= 0) lane.queue.splice(place, 1);
}

/** A repeat cannot change the verdict: a fault of the message, not of the moment. */
const isFinal = ({ status }: Problem): boolean => status >= 400 && status < 500 && status !== 429;

/** Anywhere between the shortest pause and one that doubles, so that clients do not come at once. */
function backoff(failures: number): number {
  const longest = Math.min(shortestRetryMs * 2 ** failures, longestRetryMs);
  return shortestRetryMs + Math.random() * (longest - shortestRetryMs);
}
