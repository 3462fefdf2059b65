import { z } from 'zod';
import { fromBackgroundJobStatus } from '#domain/run/contract-words.ts';
import { requireActor } from '#auth/api-actor.ts';
import { readQuery } from '#http/api-input.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';
import { listBackgroundJobs } from '#features/runs/background-jobs.ts';

const query = z.object({
  type: z.string().min(1).max(200).optional(),
  status: z
    .string()
    .refine(
      (status) => fromBackgroundJobStatus(status) !== null,
      'must be queued, processing, completed, failed or canceled',
    )
    .transform((status) => fromBackgroundJobStatus(status) ?? undefined)
    .optional(),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .default(50)
    .transform((limit) => Math.min(limit, 100)),
});

/** What the portal runs and ran, newest first [contract: background jobs]: staff see what they started, admins everything. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/jobs', {
  GET: async (request) => {
    const actor = await requireActor(request);
    const { type, status, limit } = readQuery(query, request);
    return jsonAnswer(200, { jobs: await listBackgroundJobs(actor, { type, state: status, limit }) });
  },
});
