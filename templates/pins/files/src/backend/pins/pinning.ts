import { pinLimits as limit } from '../../configs/pin-limits.ts';
import type { StoredFields } from '../../models/message-fields.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import type { Patch } from '../../platform/database/patch.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import type { Clock } from '../../platform/lib/time.ts';
import type { ChangeTarget } from '../../platform/log/types.ts';
import type { MessageBatch, MessageChange } from '../shared/message-parts.ts';

/** A message that is to be pinned, or not. */
interface Wanted extends ChangeTarget {
  readonly isPinned: boolean;
}

/** As the partial index of pins has them. */
const filter = { 'pinned.at': { $type: 'date' } } as const;

/** The pinned messages, the latest pin first. */
export const wherePinned = {
  filter,
  sort: { 'pinned.at': -1, seq: -1 },
  limit: limit.perConversation,
} as const;

/** How messages are pinned and unpinned; how many there are is counted where it is decided. */
export const pinning = (clock: Clock): MessageChange<Wanted> => ({
  type: 'pinned',
  permission: () => 'pin',
  apply: (batch) => apply(batch, clock.now()),
});

async function apply({ wanted, messages, count, refuse }: MessageBatch<Wanted>, at: Date) {
  let pins = await count(filter);
  const patches = new Map<string, Patch<Pick<StoredFields, 'pinned'>>>();
  const isPinned = new Map([...messages].map(([id, { pinned }]) => [id, pinned != null]));
  for (const one of wanted) {
    if (isPinned.get(one.messageId) === one.isPinned) continue; // a repeat
    if (one.isPinned && pins >= limit.perConversation) {
      refuse(one, new AppError('limit-reached'));
      continue;
    }
    pins += one.isPinned ? 1 : -1;
    isPinned.set(one.messageId, one.isPinned);
    const pinned = one.isPinned ? { by: toObjectId(one.userId), at } : undefined;
    patches.set(one.messageId, { pinned });
  }
  return patches;
}
