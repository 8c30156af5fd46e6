import { z } from 'zod';

// Nothing that could say more than an origin in a policy.
const origins = /^https?:\/\/[\w.-]+(?::\d+)?(?:,https?:\/\/[\w.-]+(?::\d+)?)*$/;

/** The environment variables of the demo page. */
export const demoVariables = {
  DEMO_PAGE: z
    .enum(['true', 'false'], { message: 'is one of true, false' })
    .transform((text) => text === 'true')
    .optional(),
  DEMO_ORIGINS: z
    .string()
    .regex(origins, 'is origins such as https://files.example.com, separated by commas')
    .transform((text) => text.split(','))
    .default([]),
};
