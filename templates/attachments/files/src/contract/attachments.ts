import { z } from 'zod';
import { attachmentLimits } from '../configs/attachment-limits.ts';
import { attachment } from './attachment-fields.ts';
import { defineRoute } from './define.ts';
import { id, isWellFormed, lengthWords, messageId, moment } from './scalars.ts';

const { nameCharacters, typeCharacters, fileBytes } = attachmentLimits;

/** Data and no path: nothing is found by it, and whatever it holds is shown as text. */
const fileName = z
  .string()
  .refine((text) => text !== '' && Array.from(text).length <= nameCharacters, {
    error: lengthWords(1, nameCharacters),
  })
  .refine(isWellFormed, 'has half a character (a lone surrogate): send whole ones')
  .meta({ minLength: 1, maxLength: nameCharacters, examples: ['picture.png'] });

const upload = z
  .object({
    ...attachment.shape,
    status: z.enum(['pending', 'ready', 'attached']),
    expiresAt: moment
      .optional()
      .describe('When it goes unless it is completed, or attached; absent once it is attached.'),
  })
  .meta({ id: 'Upload' });

/** A file of a user's own, on its way or there. */
export type UploadView = z.output<typeof upload>;

/** What a client says of a file. */
export type NewUpload = z.output<typeof newUpload>;

const newUpload = z.strictObject({
  name: fileName,
  type: z
    .string()
    .min(1)
    .max(typeCharacters)
    .meta({ examples: ['image/png'] }),
  bytes: z
    .int()
    .min(1)
    // More is `too-large`, which says more than a schema.
    .meta({ maximum: fileBytes, examples: [70] }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256: 64 hexadecimal digits in lower case')
    .meta({ examples: ['e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'] }),
});

/** What `fetch` is called with to put the bytes. */
const put = z.object({
  url: z.string().describe('Absolute, or a path of this backend.'),
  headers: z.record(z.string(), z.string()),
  expiresAt: moment,
});

const uploadParams = z.strictObject({ uploadId: id });

export const attachmentRoutes = {
  createUpload: defineRoute({
    method: 'post',
    path: '/uploads',
    rate: 'upload',
    summary: 'Begin an upload: the answer says where to put exactly these bytes, once',
    body: newUpload,
    answers: { 201: z.object({ upload, put }) },
    problems: ['unsupported-media-type', 'too-large', 'quota-exceeded'],
  }),
  completeUpload: defineRoute({
    method: 'post',
    path: '/uploads/:uploadId/complete',
    rate: 'write',
    summary: 'The bytes are there: look what they are; a repeat changes nothing',
    params: uploadParams,
    answers: { 200: z.object({ upload }) },
    problems: ['conflict', 'upload-rejected'],
  }),
  removeUpload: defineRoute({
    method: 'delete',
    path: '/uploads/:uploadId',
    rate: 'write',
    summary: 'Drop an upload that no message has',
    params: uploadParams,
    answers: { 204: null },
    problems: ['conflict'],
  }),
  getAttachment: defineRoute({
    method: 'get',
    path: '/conversations/:conversationId/messages/:messageId/attachments/:attachmentId',
    rate: 'download',
    summary: 'An address of a file of a message, good for a minute',
    params: z.strictObject({ conversationId: id, messageId, attachmentId: id }),
    answers: { 200: z.object({ url: z.string(), expiresAt: moment }) },
    problems: ['forbidden'],
  }),
};
