import type { mongo } from 'mongoose';
import type { StoredAttachment } from '../../models/attachment-fields.ts';
import type { OpenModels } from '../../models/index.ts';
import { erasedUpload, type StoredUpload } from '../../models/upload.ts';
import { patchTo, toUpdate } from '../../platform/database/patch.ts';
import { rowsOf } from '../../platform/database/rows.ts';
import type { UploadView } from '../../contract/attachments.ts';
import type { StoredObject } from './store.ts';

/** The rows of uploads. */
export type UploadRows = mongo.Collection<StoredUpload>;

export const uploadRows = (models: Pick<OpenModels, 'uploads'>): UploadRows =>
  rowsOf<StoredUpload>(models.uploads);

/** So many milliseconds later. */
export const after = (at: Date, ms: number): Date => new Date(at.getTime() + ms);

/** Nobody gets them any more; the sweep removes their bytes, and their rows when no put can come. */
export const toDeleted = (now: Date) => toUpdate(patchTo(erasedUpload(now)));

/** What a message holds of it. */
export const toAttachment = (row: StoredUpload): StoredAttachment => ({
  id: row._id,
  name: row.name ?? '',
  type: row.type ?? '',
  bytes: row.bytes ?? 0,
  ...(row.width != null && { width: row.width }),
  ...(row.height != null && { height: row.height }),
});

/** The same as members see it. */
export const toAttachmentView = ({ id, ...rest }: StoredAttachment) => ({
  id: id.toHexString(),
  ...rest,
});

/** An upload as its owner sees it. */
export const toUploadView = (row: StoredUpload): UploadView => ({
  ...toAttachmentView(toAttachment(row)),
  status: row.status as UploadView['status'],
  ...(row.status !== 'attached' &&
    row.expiresAt != null && {
      expiresAt: row.expiresAt.toISOString(),
    }),
});

/** What a store knows it by. */
export const toObject = (row: StoredUpload): StoredObject & { readonly name: string } => ({
  key: row.objectKey,
  type: row.type ?? '',
  bytes: row.bytes ?? 0,
  sha256: row.sha256 ?? '',
  name: row.name ?? '',
});
