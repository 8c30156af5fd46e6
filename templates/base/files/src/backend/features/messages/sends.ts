import type { SendResult } from '../../../contract/messages.ts';
import { AppError } from '../../shared/app-error.ts';
import { newId, toObjectId } from '../../shared/ids.ts';
import { deadlineOf } from './deadlines.ts';
import { toMessageView, type StoredMessage } from './views.ts';

/** What somebody wants to send; rights and form are checked. */
export interface SendRequest {
  readonly conversationId: string;
  readonly sender: string;
  readonly clientMessageId: string;
  readonly content: string;
}

/** A send on its way from acceptance to its verdict. */
export interface Send extends SendRequest {
  /** Which message it is: `keyOf` of it. */
  readonly key: string;
  /** What it keeps its order in: `orderOf` of it. */
  readonly order: string;
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

/** Which message a send is: the key of the index that makes repeats harmless. */
export const keyOf = ({ conversationId, sender, clientMessageId }: MessageKey): string =>
  `${conversationId} ${sender} ${clientMessageId}`;

/** What keeps its order: the sends of one sender in one conversation. */
export const orderOf = ({ conversationId, sender }: SendRequest): string =>
  `${conversationId} ${sender}`;

export type MessageKey = Pick<SendRequest, 'conversationId' | 'sender' | 'clientMessageId'>;

/** Creates a send that was accepted; `timestamp` is the message's. */
export function createSend(request: SendRequest, timestamp: Date, deadline = deadlineOf()): Send {
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
    key: keyOf(request),
    order: orderOf(request),
    row: toRow(request, timestamp),
    bytes: Buffer.byteLength(request.content),
    deadline,
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

const toRow = (
  { conversationId, sender, clientMessageId, content }: SendRequest,
  timestamp: Date,
): Omit<StoredMessage, 'seq'> => ({
  _id: newId(),
  conversation: toObjectId(conversationId),
  sender: toObjectId(sender),
  clientMessageId,
  content,
  timestamp,
  rev: 0,
  editedAt: null,
  deletedAt: null,
});

/** A message of this id had been stored: each send of it is measured against that one. */
export function settleStored(send: Send, row: StoredMessage): void {
  const result = { message: toMessageView(row), duplicate: true };
  for (const one of [...send.repeats, send]) settleRepeat(one, result);
}

/**
 * The same content is a repeat, another one a mistake of the client. Once the message was changed its
 * first content is gone, and the id alone decides.
 */
function settleRepeat(send: Send, { message }: SendResult): void {
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
