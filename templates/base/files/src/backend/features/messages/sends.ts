import type { SendResult } from '../../../contract/messages.ts';
import { limits } from '../../../configs/limits.ts';
import { AppError } from '../../shared/app-error.ts';
import type { StoredMessage } from './views.ts';

/** What somebody wants to send; rights and form are checked. */
export interface SendRequest {
  readonly conversationId: string;
  readonly sender: string;
  readonly clientMessageId: string;
  readonly content: string;
}

/** A send on its way from acceptance to its verdict. */
export interface Send extends SendRequest {
  readonly row: Omit<StoredMessage, 'seq'>;
  readonly bytes: number;
  /** On the monotonic clock, in milliseconds. */
  readonly deadline: number;
  /** Repeats that came while this one waited; they get its verdict. */
  readonly repeats: Send[];
  readonly verdict: Promise<SendResult>;
  readonly isSettled: boolean;
  /** The first of the two holds. */
  succeed(result: SendResult): void;
  fail(error: AppError): void;
}

/** Accepts a send; its deadline runs from now. */
export function createSend(request: SendRequest, row: Omit<StoredMessage, 'seq'>): Send {
  let resolve!: (result: SendResult) => void;
  let reject!: (error: AppError) => void;
  let isSettled = false;
  const verdict = new Promise<SendResult>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  const repeats: Send[] = [];
  return {
    ...request,
    row,
    bytes: Buffer.byteLength(request.content),
    deadline: performance.now() + limits.lane.sendDeadlineMs,
    repeats,
    verdict,
    get isSettled() {
      return isSettled;
    },
    succeed(result) {
      if (isSettled) return;
      isSettled = true;
      resolve(result);
      for (const repeat of repeats) settleRepeat(repeat, result);
    },
    fail(error) {
      if (isSettled) return;
      isSettled = true;
      reject(error);
      for (const repeat of repeats) repeat.fail(error);
    },
  };
}

/**
 * A message of this id is stored: the same content is a repeat, another one a mistake of the client.
 * Once the message was changed its first content is gone, and the id alone decides.
 */
export function settleRepeat(send: Send, { message }: SendResult): void {
  if (message.rev > 0 || message.content === send.content)
    send.succeed({ message, duplicate: true });
  else
    send.fail(
      new AppError('idempotency-mismatch', {
        detail: 'This clientMessageId belongs to another message: use a new one for each message.',
      }),
    );
}

/** The outcome is not known: the sender repeats the same id. */
export const unknownOutcome = (cause?: unknown): AppError =>
  new AppError('unavailable', {
    detail: 'The message may or may not be stored: send it again with the same clientMessageId.',
    retryAfterMs: 1_000,
    cause,
  });
