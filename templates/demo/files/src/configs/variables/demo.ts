import { z } from 'zod';

/** The environment variable of the demo page. */
export const demoVariables = {
  DEMO_PAGE: z
    .enum(['true', 'false'], { message: 'is one of true, false' })
    .transform((text) => text === 'true')
    .optional(),
};
