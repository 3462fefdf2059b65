import { z } from 'zod';
import { answer, operation } from '#http/operation.ts';

const badge = z.object({ failingCount: z.int().min(0), jobCount: z.int().min(0) });

export const getBadge = operation({
  id: 'getBadge',
  method: 'GET',
  path: '/api/badge',
  tag: 'Screens',
  summary: 'Get the number of failing jobs',
  description: 'Polled by open pages with `If-None-Match`.',
  access: 'session',
  isQuiet: true,
  answers: {
    200: {
      ...answer(badge, 'The numbers.', { 'Two of 40': { failingCount: 2, jobCount: 40 } }),
      headers: {
        ETag: 'Changes whenever an open page would show something new. Send it back in `If-None-Match`.',
      },
    },
    304: { schema: null, description: 'Nothing has changed.', examples: {} },
  },
});
