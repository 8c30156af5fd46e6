import { z } from 'zod';
import { defineRoute } from './define.ts';

const status = z.object({ status: z.literal('ok') });

export const healthRoutes = {
  livez: defineRoute({
    method: 'get',
    path: '/livez',
    root: true,
    public: true,
    summary: 'The process lives',
    answers: { 200: status },
  }),
  readyz: defineRoute({
    method: 'get',
    path: '/readyz',
    root: true,
    public: true,
    summary: 'This node takes traffic: it is not draining and its database answers',
    answers: { 200: status },
  }),
};
