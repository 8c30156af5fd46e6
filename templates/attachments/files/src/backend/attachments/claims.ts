import { attachmentLimits as limit } from '../../configs/attachment-limits.ts';
import { toObjectId, toUuid } from '../../platform/database/ids.ts';
import { read } from '../../platform/database/rows.ts';
import { Loader } from '../../platform/lib/loader.ts';
import type { Clock } from '../../platform/lib/time.ts';
import { after, type UploadRows } from './uploads.ts';

/** A file that is to belong to a message of its owner's. */
export interface Claim {
  readonly uploadId: string;
  readonly owner: string;
  readonly conversationId: string;
  readonly messageId: string;
}

/** Takes files for messages. While some are being taken, others wait; then all of these are one write. */
export class Claims {
  readonly #rows: UploadRows;
  readonly #clock: Clock;
  readonly #loader = new Loader<true>((keys) => this.#take(keys));

  constructor(rows: UploadRows, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /** Resolves with whether the message has the file now, or had it before. */
  async take(claim: Claim): Promise<boolean> {
    return (await this.#loader.one(toKey(claim))) ?? false;
  }

  async #take(keys: readonly string[]): Promise<ReadonlyMap<string, true>> {
    const claims = new Map(keys.map((key) => [key, toClaim(key)]));
    const writes = takingOf([...claims.values()], this.#clock.now());
    const { matchedCount } = await this.#rows.bulkWrite(writes, { ordered: false });
    if (matchedCount < writes.length) {
      // It does not say which of them; whoever lost one finds it taken.
      const ids = writes.map(({ updateOne }) => updateOne.filter._id);
      const found = this.#rows.find({ _id: { $in: ids }, status: 'attached' }, read);
      const held = new Set<string>();
      for await (const { _id, owner, conversation, message } of found)
        held.add([_id, owner, conversation, message].join(' '));
      for (const key of keys) if (!held.has(key)) claims.delete(key);
    }
    return new Map([...claims.keys()].map((key) => [key, true]));
  }
}

/** The writes by which files become those of messages; what another message has none of them matches. */
export const takingOf = (claims: readonly Claim[], now: Date) =>
  claims.map((claim) => {
    const place = toPlace(claim);
    const isFree = [{ status: 'ready' as const }, { status: 'attached' as const, ...place }];
    // Once the time is over in which the message has to be stored, somebody looks whether it was.
    const expiresAt = after(now, limit.claimMs);
    const filter = { _id: toObjectId(claim.uploadId), owner: toObjectId(claim.owner), $or: isFree };
    const update = { $set: { status: 'attached' as const, ...place, expiresAt } };
    // Other indexes could do as well: choosing among them would cost each write.
    return { updateOne: { filter, update, hint: { _id: 1 } } };
  });

const toPlace = ({ conversationId, messageId }: Pick<Claim, 'conversationId' | 'messageId'>) => ({
  conversation: toObjectId(conversationId),
  message: toUuid(messageId),
});

const toKey = ({ uploadId, owner, conversationId, messageId }: Claim): string =>
  `${uploadId} ${owner} ${conversationId} ${messageId}`;

function toClaim(key: string): Claim {
  const [uploadId = '', owner = '', conversationId = '', messageId = ''] = key.split(' ');
  return { uploadId, owner, conversationId, messageId };
}
