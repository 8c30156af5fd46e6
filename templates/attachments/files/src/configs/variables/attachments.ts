import { z } from 'zod';
import { secret } from '../secrets.ts';

/** The media types that can be told by how files begin. */
export const knownTypes = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'application/pdf',
  'video/mp4',
  'video/webm',
  'audio/mpeg',
  'audio/ogg',
  'application/zip',
  'text/plain',
] as const;

const types = z
  .string()
  .default(knownTypes.join(','))
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.enum(knownTypes), { message: `is a list out of ${knownTypes.join(',')}` }));

const address = z.string().refine((text) => /^https?:/.test(text) && URL.canParse(text), {
  message: 'is an address such as https://s3.example.com',
});

/** The environment variables of attachments. */
export const attachmentVariables = {
  ATTACHMENT_STORE: z.enum(['disk', 's3'], { message: 'is disk or s3' }).default('disk'),
  ATTACHMENT_DIR: z.string().default('.data/attachments'),
  ATTACHMENT_URL_KEY: secret.optional(),
  ATTACHMENT_TYPES: types,
  ATTACHMENT_CLAMD: z
    .string()
    .regex(/^(?:\/.+|[\w.-]+:\d{1,5}|\[[\da-f:]+\]:\d{1,5})$/i, {
      message: 'is where clamd listens, such as localhost:3310 or /run/clamav/clamd.sock',
    })
    .optional(),
  S3_ENDPOINT: address.optional(),
  S3_PUBLIC_ENDPOINT: address.optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_BUCKET: z.string().optional(),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
};

/** Where a bucket is, and who may use it. */
export interface S3Settings {
  readonly endpoint: string;
  /** Where clients find it, when that is another address. */
  readonly publicEndpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}
