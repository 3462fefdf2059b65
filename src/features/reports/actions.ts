'use server';

import { z } from 'zod';
import { defineAction } from '#forms/define-action.ts';
import { findWebhookSecret } from './find-webhook-secret.ts';

/** Returns the webhook secret when an admin asks for it; no page contains it before. */
export const revealWebhookSecret = defineAction({
  access: 'admin',
  schema: z.object({}),
  async handle(_input, admin) {
    return { data: { secret: await findWebhookSecret(admin) } };
  },
});
