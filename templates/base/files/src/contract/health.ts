import { z } from 'zod';
import { defineRoute } from './define.ts';

export const healthRoutes = {
  livez: defineRoute({
    method: 'get',
    path: '/livez',
    root: true,
    public: true,
    summary: 'The process lives',
    answers: { 200: z.object({ status: z.literal('ok') }) },
  }),
  readyz: defineRoute({
    method: 'get',
    path: '/readyz',
    root: true,
    public: true,
    summary:
      'This node takes traffic: it is not draining and its database answers; degraded while it refuses sends because of its load',
    answers: { 200: z.object({ status: z.enum(['ok', 'degraded']) }) },
  }),
};
