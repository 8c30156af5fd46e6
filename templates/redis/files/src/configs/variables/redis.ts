import { z } from 'zod';

/** Where the nodes meet; without it this node is alone, as in development. */
export const redisVariables = {
  REDIS_URL: z
    .string()
    .refine((text) => /^rediss?:\/\//.test(text) && URL.canParse(text), {
      message: 'begins with redis:// or rediss:// and names a host, such as redis://localhost:6379',
    })
    .optional(),
};
