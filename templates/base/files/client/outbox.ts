import type { Acknowledgement, Problem } from '../src/contract/errors.ts';
import type { CommandPayload } from '../src/contract/index.ts';
import type { MessageView, SendResult } from '../src/contract/messages.ts';
import { newMessageId } from './message-id.ts';

/** Some of what a send says, such as the fields of features. */
export type Sent = Partial<CommandPayload<'message:send'>>;

/** A message that is not acknowledged yet. */
export interface OutgoingMessage extends Readonly<
  Pick<CommandPayload<'message:send'>, 'conversationId' | 'id' | 'content'>
> {
  /** What it says besides, repeated as it is. */
  readonly sent: Sent;
  /** Why it was refused for good; it stays listed until it is discarded or tried again. */
  problem: Problem | null;
}

/** How long an acknowledgement is waited for, in milliseconds. */
const acknowledgementMs = 10_000;
const minRetryMs = 1_000;
const maxRetryMs = 30_000;

/** What an outbox needs of its surroundings. */
export interface OutboxPorts {
  /** Sends once; rejects when there is no acknowledgement in time. */
  send(message: OutgoingMessage, timeoutMs: number): Promise<Acknowledgement<SendResult>>;
  /** An acknowledged message left the queue. */
  sent(result: SendResult): void;
  /** The queue of a conversation changed. */
  changed(conversationId: string): void;
}

/** Sends in order, one at a time for each conversation, and repeats until there is an answer. */
export interface Outbox {
  add(conversationId: string, content: string, sent?: Sent): OutgoingMessage;
  /** Drops a refused message. */
  discard(message: OutgoingMessage): void;
  /** Tries a refused message again. */
  retry(message: OutgoingMessage): void;
  /** Tries now what waits for its next try: the connection is back. */
  retryNow(): void;
  /** Takes a notice of a message of this user, which may come before its acknowledgement, or without one. */
  noticed(message: MessageView): void;
  /** What waits in a conversation, in order. */
  waiting(conversationId: string): readonly OutgoingMessage[];
  stop(): void;
}

interface SendQueue {
  readonly messages: OutgoingMessage[];
  running: boolean;
  wake: (() => void) | undefined;
}

/** Creates an empty outbox. */
export function createOutbox(ports: OutboxPorts): Outbox {
  const queues = new Map<string, SendQueue>();
  let stopped = false;

  /** What waits behind a message without an answer waits with it: that keeps the order. */
  async function run(queue: SendQueue): Promise<void> {
    if (queue.running) return;
    queue.running = true;
    let failures = 0;
    for (;;) {
      const head = queue.messages.find((message) => message.problem === null);
      if (head === undefined || stopped) break;
      const answer = await ports.send(head, acknowledgementMs).catch(() => null);
      if (stopped) break;
      if (answer?.ok) {
        failures = 0;
        remove(queue, head);
        ports.sent(answer.data);
      } else if (answer !== null && isFinal(answer.error)) {
        failures = 0;
        head.problem = answer.error;
      } else if (queue.messages.includes(head)) {
        failures += 1;
        await pause(queue, Math.max(answer?.error.retryAfterMs ?? 0, backoff(failures)));
      }
      ports.changed(head.conversationId);
    }
    queue.running = false;
  }

  function pause(queue: SendQueue, milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      queue.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function queueOf(conversationId: string): SendQueue {
    const known = queues.get(conversationId);
    if (known !== undefined) return known;
    const queue: SendQueue = { messages: [], running: false, wake: undefined };
    queues.set(conversationId, queue);
    return queue;
  }

  const retryNow = (): void => queues.forEach((queue) => queue.wake?.());

  return {
    add(conversationId, content, sent = {}) {
      const id = newMessageId();
      const message: OutgoingMessage = { conversationId, id, content, sent, problem: null };
      const queue = queueOf(conversationId);
      queue.messages.push(message);
      ports.changed(conversationId);
      void run(queue);
      return message;
    },
    discard(message) {
      remove(queueOf(message.conversationId), message);
      ports.changed(message.conversationId);
    },
    retry(message) {
      message.problem = null;
      ports.changed(message.conversationId);
      void run(queueOf(message.conversationId));
    },
    retryNow,
    noticed({ conversationId, id }) {
      const queue = queues.get(conversationId);
      const message = queue?.messages.find((one) => one.id === id);
      if (queue === undefined || message === undefined) return;
      remove(queue, message);
      queue.wake?.();
    },
    waiting: (conversationId) => queues.get(conversationId)?.messages ?? [],
    stop() {
      stopped = true;
      retryNow();
    },
  };
}

function remove(queue: SendQueue, message: OutgoingMessage): void {
  const place = queue.messages.indexOf(message);
  if (place >= 0) queue.messages.splice(place, 1);
}

/** A repeat cannot change the answer: a fault of the message, not of the moment. */
const isFinal = ({ status }: Problem): boolean => status >= 400 && status < 500 && status !== 429;

/** Anywhere between the shortest pause and one that doubles, so that clients do not come at once. */
function backoff(failures: number): number {
  const max = Math.min(minRetryMs * 2 ** failures, maxRetryMs);
  return minRetryMs + Math.random() * (max - minRetryMs);
}
