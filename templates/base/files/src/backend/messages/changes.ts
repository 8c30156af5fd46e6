import type { MessageView } from '../../contract/messages.ts';
import { erasedMessage, type StoredMessage } from '../../models/message.ts';
import { toUuid } from '../../platform/database/ids.ts';
import { patchTo, type Patch } from '../../platform/database/patch.ts';
import { rowsOf } from '../../platform/database/rows.ts';
import { AppError, notFound } from '../../platform/errors/app-error.ts';
import { ChangeLog, type Change } from '../../platform/log/change-log.ts';
import type { Permission } from '../shared/access.ts';
import type { MessagePorts } from './ports.ts';
import { toMessageView, toNotice } from './views.ts';

/** Which message, and who changes it. */
export interface ChangeRequest {
  readonly conversationId: string;
  readonly messageId: string;
  readonly userId: string;
}

/** The notice of each type of change. */
const notices = { edited: 'message:updated', deleted: 'message:deleted' } as const;

type ChangePorts = Pick<MessagePorts, 'access' | 'clock' | 'events' | 'history' | 'models'> & {
  readonly sockets: Pick<MessagePorts['sockets'], 'notifyAll'>;
};

/** Changes of messages that exist; their place stays. */
export class Changes {
  readonly #ports: ChangePorts;
  readonly #log: ChangeLog<StoredMessage>;

  constructor(ports: ChangePorts) {
    const { access, clock, models } = ports;
    this.#ports = ports;
    this.#log = new ChangeLog({
      messages: rowsOf(models.messages),
      changes: rowsOf(models.changes),
      transact: (conversationId, work) => access.change(conversationId, work),
      now: () => clock.now(),
      onChanged: (rows, type) => this.#announce(rows, type as keyof typeof notices),
    });
  }

  /**
   * Changes what a message says; whoever sent it may, while they may send there.
   *
   * @throws AppError `not-found`, `forbidden`, `blocked`, `already-deleted`
   */
  async edit(request: ChangeRequest, content: string): Promise<MessageView> {
    const row = await this.#find(request);
    if (!isBy(request.userId, row)) throw new AppError('forbidden');
    const patch = { content, editedAt: this.#ports.clock.now() };
    return this.#change(request, row, 'edit', 'edited', patch);
  }

  /**
   * Deletes a message; its content is gone for good.
   *
   * @throws AppError `not-found`, `forbidden`, `already-deleted`
   */
  async remove(request: ChangeRequest): Promise<MessageView> {
    const row = await this.#find(request);
    const permission = isBy(request.userId, row) ? 'retract' : 'moderate';
    return this.#change(request, row, permission, 'deleted', this.#deletion());
  }

  /** Deletes several messages as their sender could; returns how many there were. For jobs. */
  async removeAll(
    conversationId: string,
    by: string,
    messageIds: Change<StoredMessage>['messageIds'],
  ): Promise<number> {
    const patch = this.#deletion();
    const work = (row: StoredMessage) => (row.deletedAt == null ? patch : undefined);
    const change = { conversationId, messageIds, type: 'deleted', by, work };
    return (await this.#log.change(change)).length;
  }

  async #find({ userId, conversationId, messageId }: ChangeRequest): Promise<StoredMessage> {
    const { access, history } = this.#ports;
    await access.require(userId, conversationId, 'retract');
    const [row] = await history.byIds(conversationId, [toUuid(messageId)]);
    if (row === undefined) throw notFound();
    return row;
  }

  async #change(
    { conversationId, userId }: ChangeRequest,
    row: StoredMessage,
    permission: Permission,
    type: keyof typeof notices,
    patch: Patch<StoredMessage>,
  ): Promise<MessageView> {
    const { access } = this.#ports;
    await asOfMessages(async () => access.require(userId, conversationId, permission));
    assertPresent(row);
    const [changed] = await this.#log.change({
      conversationId,
      messageIds: [row._id],
      type,
      by: userId,
      assertRight: (session) =>
        asOfMessages(() => access.requireIn(session, userId, conversationId, permission)),
      work: (current) => {
        assertPresent(current); // somebody may have been faster
        return patch;
      },
    });
    if (changed === undefined) throw notFound();
    return toMessageView(changed);
  }

  #deletion(): Patch<StoredMessage> {
    return patchTo(erasedMessage(this.#ports.clock.now()));
  }

  /** Notices carry the messages as this change left them. */
  #announce(rows: readonly StoredMessage[], type: keyof typeof notices): void {
    const { events, sockets } = this.#ports;
    const messages = rows.map(toMessageView);
    sockets.notifyAll(messages.map((message) => toNotice(notices[type], message)));
    for (const message of messages) events.emit('message:changed', { message });
  }
}

const isBy = (userId: string, row: StoredMessage): boolean => row.sender.toHexString() === userId;

function assertPresent(row: StoredMessage): void {
  if (row.deletedAt != null) throw new AppError('already-deleted');
}

/** A direct conversation has no ranks: there, another's message is simply not one's own. */
async function asOfMessages(assertRight: () => Promise<unknown>): Promise<void> {
  try {
    await assertRight();
  } catch (error) {
    if (error instanceof AppError && error.code === 'conflict') throw new AppError('forbidden');
    throw error;
  }
}
