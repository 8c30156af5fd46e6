import type { MessageView, SendResult } from '../../contract/messages.ts';
import { AppError } from '../errors/app-error.ts';
import type { Draft, MessageStore } from './types.ts';

/**
 * A message on its way from the queue to its result; of two results the first holds. A class, because
 * one is made for each message: closures of its own would be the larger part of it.
 */
export class PendingMessage {
  readonly draft: Draft;
  readonly bytes: number;
  /** On the monotonic clock, in milliseconds. */
  readonly deadline: number;
  readonly result: Promise<SendResult>;
  isSettled = false;
  readonly #store: Pick<MessageStore, 'isRepeat'>;
  /** Others of its id that came while this one waited; they get its result where they are repeats. */
  readonly #repeats: PendingMessage[] = [];
  #resolve!: (result: SendResult) => void;
  #reject!: (error: AppError) => void;

  constructor(draft: Draft, deadline: number, store: Pick<MessageStore, 'isRepeat'>) {
    this.draft = draft;
    this.#store = store;
    this.bytes = Buffer.byteLength(draft.content);
    this.deadline = deadline;
    this.result = new Promise<SendResult>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  addRepeat(repeat: PendingMessage): void {
    this.#repeats.push(repeat);
  }

  /** Itself and the others of its id. */
  get all(): readonly PendingMessage[] {
    return [this, ...this.#repeats];
  }

  /** It was stored as this message. */
  resolve(message: MessageView): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#resolve({ message, duplicate: false });
    for (const repeat of this.#repeats) repeat.resolveAsRepeat(message);
  }

  /** A message of this id was stored before: its answer again, or a mistake of the client. */
  resolveAsRepeat(message: MessageView): void {
    for (const repeat of this.#repeats) repeat.resolveAsRepeat(message);
    if (this.isSettled) return;
    if (!this.isRepeatOf(message)) return this.reject(idempotencyMismatch());
    this.isSettled = true;
    this.#resolve({ message, duplicate: true });
  }

  /**
   * Whether it is a stored message of its id once more: in the same conversation, by the same sender,
   * saying the same. Once that was edited or deleted, what it said first is gone and does not count.
   */
  isRepeatOf(message: MessageView): boolean {
    const { draft } = this;
    const { conversationId, sender, editedAt, deletedAt } = message;
    if (conversationId !== draft.conversationId || sender !== draft.sender) return false;
    return editedAt !== null || deletedAt !== null || this.#store.isRepeat(draft, message);
  }

  reject(error: AppError): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#reject(error);
    for (const repeat of this.#repeats) repeat.reject(error);
  }
}

/** What is kept in order: the messages of one sender in one conversation. */
export const orderOf = ({ conversationId, sender }: Draft): string => `${conversationId} ${sender}`;

/** It is not known whether the message is stored: the sender repeats the same id. */
export const unknownOutcome = (cause?: unknown): AppError =>
  new AppError('unavailable', {
    detail: 'The message may or may not be stored: send it again with the same id.',
    retryAfterMs: 1_000,
    cause,
  });

/** Says nothing of the other message, which may be in a conversation that the sender cannot see. */
const idempotencyMismatch = (): AppError =>
  new AppError('idempotency-mismatch', {
    detail: 'This id belongs to another message: use a new one for each message.',
  });
