import { z } from 'zod';
import { defineRoute } from './define.ts';

export const pingRoutes = {
  ping: defineRoute({
    method: 'get',
    path: '/ping',
    public: true,
    summary: 'Answers a ping',
    answers: { 200: z.object({ answer: z.string() }) },
  }),
};
