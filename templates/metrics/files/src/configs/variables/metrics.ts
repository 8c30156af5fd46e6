import { z } from 'zod';

/** The environment variables of metrics. */
export const metricsVariables = {
  METRICS_PORT: z
    .string()
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, {
      message: 'is a number from 0 to 65535, such as 9464, and another than PORT',
    })
    .transform(Number)
    .optional(),
};
