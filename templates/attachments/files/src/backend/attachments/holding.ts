import type { ClientSession } from 'mongoose';
import { attachmentLimits as limit } from '../../configs/attachment-limits.ts';
import type { StoredFields } from '../../models/message-fields.ts';
import type { StoredUpload } from '../../models/upload.ts';
import { toObjectId, toUuid } from '../../platform/database/ids.ts';
import { read } from '../../platform/database/rows.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { AppError, notFound } from '../../platform/errors/app-error.ts';
import { Loader } from '../../platform/lib/loader.ts';
import type { FeatureContext } from '../feature.ts';
import type { Draft, MessagePart, SentFields, StoredMessage } from '../shared/message-parts.ts';
import { Claims, takingOf, type Claim } from './claims.ts';
import type { Store } from './store.ts';
import {
  after,
  toAttachment,
  toAttachmentView,
  toDeleted,
  toObject,
  uploadRows,
  type UploadRows,
} from './uploads.ts';

type Ports = Pick<FeatureContext, 'clock' | 'history' | 'models'> & { readonly store: Store };

/** Where a file is asked for. */
interface Place {
  readonly conversationId: string;
  readonly messageId: string;
  readonly attachmentId: string;
}

/**
 * Which message holds which file: it belongs to one for good, so that nothing counts. A send takes its
 * files before its message is stored, and names it; when the time of that is over, somebody looks.
 */
export class Holding {
  readonly #ports: Ports;
  readonly #rows: UploadRows;
  readonly #claims: Claims;
  /** Those of many sends are one query. */
  readonly #uploads = new Loader((ids) => this.#read(ids));

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#rows = uploadRows(ports.models);
    this.#claims = new Claims(this.#rows, ports.clock);
  }

  /** What messages show of them. */
  get part(): MessagePart<'attachments'> {
    return {
      fields: { attachments: (all) => all.map(toAttachmentView) },
      claim: (sent, draft) => this.#claim(sent, draft),
      isRepeat: (sent, stored) =>
        String(sent.attachments ?? []) === String((stored.attachments ?? []).map(({ id }) => id)),
      deleted: (rows, session) => this.#deleted(rows, session),
    };
  }

  /** An address of a file for whoever may read the message. @throws AppError `not-found` */
  async urlOf({ conversationId, messageId, attachmentId }: Place) {
    const { clock, history, store } = this.#ports;
    const [message] = await history.byIds(conversationId, [toUuid(messageId)]);
    const held = message?.attachments?.find(({ id }) => id.toHexString() === attachmentId);
    if (message === undefined || held === undefined) throw notFound();
    const attached = { _id: held.id, status: 'attached', message: message._id } as const;
    const row = await this.#rows.findOne(attached, read);
    if (row === null) throw notFound();
    const expiresAt = after(clock.now(), limit.downloadMs);
    return { url: store.url(toObject(row), expiresAt), expiresAt: expiresAt.toISOString() };
  }

  /** The end of a claim: its message holds the file, or nobody does and it is as it was. */
  async settle({ _id, conversation, message, expiresAt }: StoredUpload): Promise<void> {
    if (conversation == null || message == null) return;
    const { clock, history } = this.#ports;
    const [stored] = await history.byIds(conversation.toHexString(), [message]);
    const isHeld = stored?.attachments?.some(({ id }) => id.equals(_id)) ?? false;
    const isReady = { status: 'ready', expiresAt: after(clock.now(), limit.readyMs) } as const;
    await this.#rows.updateOne(
      { _id, status: 'attached', message, expiresAt: expiresAt ?? null },
      isHeld
        ? { $unset: { expiresAt: 1 } }
        : { $set: isReady, $unset: { conversation: 1, message: 1 } },
    );
  }

  /** Nobody gets what a user had, or a conversation: for jobs. */
  async end(of: 'owner' | 'conversation', id: string): Promise<void> {
    const those = { [of]: toObjectId(id), status: { $ne: 'deleted' } } as const;
    await this.#rows.updateMany(those, toDeleted(this.#ports.clock.now()));
  }

  async #claim(
    { attachments }: SentFields,
    { id, conversationId, sender }: Draft,
  ): Promise<Pick<StoredFields, 'attachments'>> {
    if (attachments === undefined) return {};
    const byId = await this.#uploads.all(attachments);
    const wanted = attachments.map((one) => ofOwner(sender, byId.get(one)));
    const now = this.#ports.clock.now();
    for (const row of wanted)
      if (row.status === 'attached' && row.expiresAt != null && row.expiresAt < now)
        await this.settle(row);
    const place = { owner: sender, conversationId, messageId: id };
    const claims = attachments.map((uploadId) => ({ ...place, uploadId }));
    const [first, ...others] = claims;
    if (first !== undefined && others.length === 0) {
      if (!(await this.#claims.take(first))) throw refuse('conflict');
    } else await this.#takeAll(claims);
    return { attachments: wanted.map(toAttachment) };
  }

  /** All or none: a send that is refused keeps no file from the next one. */
  async #takeAll(claims: readonly Claim[]): Promise<void> {
    const writes = takingOf(claims, this.#ports.clock.now());
    await withTransaction(this.#ports.models.uploads.db, async (session) => {
      const { matchedCount } = await this.#rows.bulkWrite(writes, { session });
      if (matchedCount < claims.length) throw refuse('conflict');
    });
  }

  async #read(ids: readonly string[]): Promise<ReadonlyMap<string, StoredUpload>> {
    const those = { _id: { $in: ids.map(toObjectId) }, status: { $ne: 'deleted' } } as const;
    const rows = await this.#rows.find(those, read).toArray();
    return new Map(rows.map((row) => [row._id.toHexString(), row]));
  }

  async #deleted(rows: readonly StoredMessage[], session: ClientSession): Promise<void> {
    const holders = rows.filter((row) => row.attachments != null);
    const ids = holders.flatMap((row) => (row.attachments ?? []).map((one) => one.id));
    if (ids.length === 0) return;
    const message = { $in: holders.map((row) => row._id) };
    const update = toDeleted(this.#ports.clock.now());
    await this.#rows.updateMany({ _id: { $in: ids }, message }, update, { session });
  }
}

/** Somebody else's is as unreal as one that is not there. */
function ofOwner(owner: string, row: StoredUpload | undefined): StoredUpload {
  return row?.owner.toHexString() === owner ? row : refuse('not-found');
}

const words = {
  'not-found': 'attachments names an upload that is not there: send those that you completed.',
  conflict: 'attachments names an upload that is not complete, or that another message has.',
} as const;

function refuse(code: keyof typeof words): never {
  throw new AppError(code, { detail: words[code] });
}
