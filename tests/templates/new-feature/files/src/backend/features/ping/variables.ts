import { z } from 'zod';

export const pingVariables = { PING_ANSWER: z.string().default('pong') };
