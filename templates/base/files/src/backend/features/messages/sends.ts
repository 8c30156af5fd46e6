import type { MessageView, SendResult } from '../../../contract/messages.ts';
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

/**
 * A send on its way from acceptance to its verdict; of the two verdicts the first holds. A class,
 * because one is made for each message: closures of its own would be the larger part of it.
 */
export class Send implements SendRequest {
  readonly conversationId: string;
  readonly sender: string;
  readonly clientMessageId: string;
  readonly content: string;
  /** Which message it is: `keyOf` of it. */
  readonly key: string;
  readonly row: Omit<StoredMessage, 'seq'>;
  readonly bytes: number;
  /** On the monotonic clock, in milliseconds. */
  readonly deadline: number;
  /** Repeats that came while this one waited; they get its verdict. */
  readonly repeats: Send[] = [];
  readonly verdict: Promise<SendResult>;
  isSettled = false;
  #resolve!: (result: SendResult) => void;
  #reject!: (error: AppError) => void;

  /** A send that was accepted; `timestamp` is the message's. */
  constructor(request: SendRequest, timestamp: Date, deadline = deadlineOf()) {
    this.conversationId = request.conversationId;
    this.sender = request.sender;
    this.clientMessageId = request.clientMessageId;
    this.content = request.content;
    this.key = keyOf(request);
    this.row = toRow(request, timestamp);
    this.bytes = Buffer.byteLength(request.content);
    this.deadline = deadline;
    this.verdict = new Promise<SendResult>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** What it keeps its order in. */
  get order(): string {
    return orderOf(this);
  }

  /** The message that it becomes: what `toMessageView` makes of its row, with texts that it has. */
  toMessage(seq: number): MessageView {
    const { conversationId, sender, clientMessageId, content, row } = this;
    return {
      id: row._id.toHexString(),
      conversationId,
      seq,
      rev: row.rev,
      sender,
      content,
      timestamp: row.timestamp.toISOString(),
      clientMessageId,
      editedAt: null,
      deletedAt: null,
    };
  }

  succeed(result: SendResult): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#resolve(result);
    for (const repeat of this.repeats) settleRepeat(repeat, result);
  }

  fail(error: AppError): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#reject(error);
    for (const repeat of this.repeats) repeat.fail(error);
  }
}

/** Which message a send is: the key of the index that makes repeats harmless. */
export const keyOf = ({ conversationId, sender, clientMessageId }: MessageKey): string =>
  `${conversationId} ${sender} ${clientMessageId}`;

/** What keeps its order: the sends of one sender in one conversation. */
export const orderOf = ({ conversationId, sender }: SendRequest): string =>
  `${conversationId} ${sender}`;

export type MessageKey = Pick<SendRequest, 'conversationId' | 'sender' | 'clientMessageId'>;

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
