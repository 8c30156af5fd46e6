import { z } from 'zod';
import { reactionLimits as limit } from '../configs/reaction-limits.ts';
import { count, id } from './scalars.ts';

const emoji = new RegExp(String.raw`^\p{RGI_Emoji}$`, 'v');
const name = /^:[a-z0-9_+-]{1,62}:$/;

/** What a reaction says: an emoji, or the name of one that the application draws. */
export const reactionKey = z
  .string()
  .max(limit.keyCharacters)
  .overwrite((key) => key.normalize('NFC'))
  .refine((key) => emoji.test(key) || name.test(key), 'must be one emoji or a :name:')
  .meta({
    minLength: 1,
    maxLength: limit.keyCharacters,
    description: 'One emoji, or a name of a-z, 0-9, _, + and - between colons.',
    examples: ['👍', ':thumbs_up:'],
  });

const reaction = z.object({
  key: z.string(),
  count,
  users: z.array(id).max(limit.usersShown).describe('Some of those who chose it.'),
});

/** What messages show of reactions, the keys by their first use. */
export const reactionFields = {
  shown: { reactions: z.array(reaction).max(limit.keysPerMessage).optional() },
  reader: { myReactions: z.array(z.string()).max(limit.keysPerUser).optional() },
};
