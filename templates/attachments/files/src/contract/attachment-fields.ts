import { z } from 'zod';
import { attachmentLimits } from '../configs/attachment-limits.ts';
import { count, id, standsForContent } from './scalars.ts';

/** A file that a message holds, or is to hold. */
export const attachment = z.object({
  id,
  name: z.string(),
  type: z.string(),
  bytes: count,
  width: count.optional().describe('In pixels, of pictures.'),
  height: count.optional(),
});

const { perMessage } = attachmentLimits;

/** What sends say and messages show of files. */
export const attachmentFields = {
  sent: {
    attachments: z
      .array(id)
      .min(1)
      .max(perMessage)
      .refine((ids) => new Set(ids).size === ids.length, 'names an upload twice: send each once')
      .meta({ uniqueItems: true })
      .optional()
      .describe('Complete uploads of its sender; each belongs to one message for good.')
      .meta(standsForContent),
  },
  problems: ['conflict'],
  shown: { attachments: z.array(attachment).min(1).max(perMessage).optional() },
  reader: {},
} as const;
