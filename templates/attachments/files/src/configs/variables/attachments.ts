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
  .pipe(z.array(z.enum(knownTypes, { message: `is a list out of ${knownTypes.join(',')}` })));

const missing = { message: 'is missing: ATTACHMENT_STORE is s3' };

const address = z
  .string(missing)
  .refine((text) => /^https?:/.test(text) && URL.canParse(text), {
    message: 'is an address such as https://s3.example.com',
  })
  .transform((text) => text.replace(/\/+$/, ''));

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

/** What the store in a bucket cannot be without. */
const s3Variables = z
  .object({
    S3_ENDPOINT: address,
    S3_PUBLIC_ENDPOINT: address.optional(),
    S3_REGION: z.string(),
    S3_BUCKET: z.string(missing),
    S3_ACCESS_KEY_ID: z.string(missing),
    S3_SECRET_ACCESS_KEY: z.string(missing),
  })
  .transform((env): S3Settings => ({
    endpoint: env.S3_ENDPOINT,
    publicEndpoint: env.S3_PUBLIC_ENDPOINT ?? env.S3_ENDPOINT,
    region: env.S3_REGION,
    bucket: env.S3_BUCKET,
    accessKeyId: env.S3_ACCESS_KEY_ID,
    secretAccessKey: env.S3_SECRET_ACCESS_KEY,
  }));

type Variables = z.output<z.ZodObject<typeof attachmentVariables>>;

/** The bucket of an environment that names one. */
export const toS3Settings = (env: Variables): S3Settings => s3Variables.parse(env);

/** A bucket has all that it needs. */
export function attachmentRule(env: Variables, context: z.RefinementCtx): void {
  if (env.ATTACHMENT_STORE !== 's3') return;
  for (const { path, message } of s3Variables.safeParse(env).error?.issues ?? [])
    context.addIssue({ code: 'custom', path: [...path], message });
}
