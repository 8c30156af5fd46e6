import type { MessageView, SentFields } from '../../contract/messages.ts';
import { erasedMessage, type StoredMessage } from '../../models/message.ts';
import type { Types } from 'mongoose';
import { toUuid } from '../../platform/database/ids.ts';
import { patchTo, type Patch } from '../../platform/database/patch.ts';
import { rowsOf } from '../../platform/database/rows.ts';
import { AppError, isGone, notFound } from '../../platform/errors/app-error.ts';
import { ChangeLog } from '../../platform/log/change-log.ts';
import type { ChangeTarget } from '../../platform/log/types.ts';
import type { Notice } from '../../platform/sockets/socket-api.ts';
import type { Permission } from '../shared/access.ts';
import type { MessageBatch, MessageChange } from '../shared/message-parts.ts';
import type { MessagePorts } from './ports.ts';
import { toNotice } from './views.ts';

/** What an edit says: a content, and fields of features. */
type Edition = SentFields & { readonly content: string };

interface Edit extends ChangeTarget {
  /** Its content, and fields of features. */
  readonly patch: Patch<StoredMessage>;
}

interface Removal extends ChangeTarget {
  readonly permission: Permission;
}

type ChangePorts = Pick<
  MessagePorts,
  'access' | 'clock' | 'events' | 'history' | 'models' | 'parts' | 'timers'
> & {
  readonly sockets: Pick<MessagePorts['sockets'], 'notifyAll'>;
};

/** Changes of messages that exist; their place stays. */
export class Changes {
  readonly #ports: ChangePorts;
  readonly #log: ChangeLog<StoredMessage, Permission>;
  readonly #edit: (one: Edit) => Promise<MessageView>;
  readonly #remove: (one: Removal) => Promise<MessageView>;
  readonly #erase: (one: ChangeTarget) => Promise<MessageView>;

  constructor(ports: ChangePorts) {
    const { access, clock, models, timers } = ports;
    this.#ports = ports;
    this.#log = new ChangeLog({
      messages: rowsOf(models.messages),
      changes: rowsOf(models.changes),
      transact: (conversationId, work, deadline) => access.change(conversationId, work, deadline),
      refusals: async (...asked) => (await access.refusalsIn(...asked)).map(asOfMessages),
      now: () => clock.now(),
      timers,
      onChanged: (rows, notices) => this.#announce(rows, notices),
    });
    this.#edit = this.change({
      type: 'edited',
      permission: () => 'edit',
      apply: async ({ wanted }) => {
        const patches = new Map<string, Patch<StoredMessage>>();
        for (const { messageId, patch } of wanted)
          patches.set(messageId, { ...patches.get(messageId), ...patch, editedAt: clock.now() });
        return patches;
      },
    });
    const type = 'deleted';
    this.#remove = this.change({
      type,
      permission: (one) => one.permission,
      apply: (batch) => this.#delete(batch),
    });
    this.#erase = this.change({ type, apply: (batch) => this.#delete(batch) });
  }

  /** Makes a kind of change possible; each call of the answer asks for one. */
  change<Wanted extends ChangeTarget>(
    kind: MessageChange<Wanted>,
  ): (one: Wanted) => Promise<MessageView> {
    const ask = this.#log.add(kind);
    return async (one) => {
      const { row, seen } = await ask(one);
      return { ...this.#ports.parts.toView(row), ...seen };
    };
  }

  /**
   * Changes what a message says, and fields of features; whoever sent it may, while they may send there.
   *
   * @throws AppError `not-found`, `forbidden`, `blocked`, `already-deleted`
   */
  async edit(request: ChangeTarget, said: Edition): Promise<MessageView> {
    const { content, ...fields } = said;
    const row = await this.#find(request);
    if (!isBy(request.userId, row)) throw new AppError('forbidden');
    await this.#require(request, row, 'edit');
    const { conversationId, messageId: id, userId: sender } = request;
    const draft = { id, conversationId, sender, content };
    const prepared = await this.#ports.parts.prepareEdit(draft, fields, row);
    return this.#edit({ ...request, patch: { ...prepared, content } });
  }

  /**
   * Deletes a message; its content is gone for good.
   *
   * @throws AppError `not-found`, `forbidden`, `already-deleted`
   */
  async remove(request: ChangeTarget): Promise<MessageView> {
    const row = await this.#find(request);
    const permission = isBy(request.userId, row) ? 'retract' : 'moderate';
    await this.#require(request, row, permission);
    return this.#remove({ ...request, permission });
  }

  /** Deletes several messages as their sender could; returns how many there were. For jobs. */
  async removeAll(
    conversationId: string,
    by: string,
    messageIds: readonly Types.UUID[],
  ): Promise<number> {
    const removals = await Promise.allSettled(
      messageIds.map((id) =>
        this.#erase({ conversationId, messageId: id.toHexString(), userId: by }),
      ),
    );
    for (const removal of removals)
      if (removal.status === 'rejected' && !isGone(removal.reason)) throw removal.reason;
    return removals.filter(({ status }) => status === 'fulfilled').length;
  }

  async #find({ userId, conversationId, messageId }: ChangeTarget): Promise<StoredMessage> {
    const { access, history } = this.#ports;
    await access.require(userId, conversationId, 'retract');
    const [row] = await history.byIds(conversationId, [toUuid(messageId)]);
    if (row === undefined) throw notFound();
    return row;
  }

  async #require(
    { conversationId, userId }: ChangeTarget,
    row: StoredMessage,
    permission: Permission,
  ): Promise<void> {
    try {
      await this.#ports.access.require(userId, conversationId, permission);
    } catch (error) {
      throw error instanceof AppError ? asOfMessages(error) : error;
    }
    if (row.deletedAt != null) throw new AppError('already-deleted');
  }

  async #delete<Wanted extends ChangeTarget>({
    wanted,
    messages,
    session,
    refuse,
  }: MessageBatch<Wanted>): Promise<ReadonlyMap<string, Patch<StoredMessage>>> {
    const patch = patchTo(erasedMessage(this.#ports.clock.now()));
    const patches = new Map<string, Patch<StoredMessage>>();
    for (const one of wanted)
      if (patches.has(one.messageId)) refuse(one, new AppError('already-deleted'));
      else patches.set(one.messageId, patch);
    await this.#ports.parts.deleted([...messages.values()], session);
    return patches;
  }

  /** Notices carry the messages as this change left them. */
  #announce(rows: readonly StoredMessage[], before: readonly Notice[]): void {
    const { events, parts, sockets } = this.#ports;
    const messages = rows.map((row) => parts.toView(row));
    const notices = messages.map((message) =>
      toNotice(message.deletedAt === null ? 'message:updated' : 'message:deleted', message),
    );
    sockets.notifyAll([...before, ...notices]);
    for (const message of messages) events.emit('message:changed', { message });
  }
}

const isBy = (userId: string, row: StoredMessage): boolean => row.sender.toHexString() === userId;

/** A direct conversation has no ranks: there, another's message is simply not one's own. */
const asOfMessages = <Refusal extends AppError | undefined>(refusal: Refusal) =>
  refusal?.code === 'conflict' ? new AppError('forbidden') : refusal;
