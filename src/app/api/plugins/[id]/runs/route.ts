import { z } from 'zod';
import { runStates } from '#domain/run-state.ts';
import { readId, requireActor } from '#auth/api-actor.ts';
import { readQuery } from '#http/api-input.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';
import { listPluginRuns } from '#features/runs/plugin-runs.ts';

const query = z.object({
  status: z.enum(runStates).optional(),
  jobName: z.string().min(1).max(200).optional(),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .default(20)
    .transform((limit) => Math.min(limit, 100)),
  offset: z.coerce.number().int().min(0).default(0),
  sort: z.enum(['asc', 'desc']).default('desc'),
});

/**
 * One page of a plugin's runs [contract: plugin runs]: newest first by their place in the history. `summary` counts all
 * runs of the plugin, or of the job that `jobName` names, whatever `status` asks for.
 */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/plugins/:id/runs', {
  GET: async (request, _note, params) => {
    const actor = await requireActor(request);
    const pluginId = readId(params.id, 'Plugin not found');
    const { sort, ...page } = readQuery(query, request);
    return jsonAnswer(
      200,
      await listPluginRuns(actor, pluginId, { ...page, isNewestFirst: sort === 'desc' }),
    );
  },
});
