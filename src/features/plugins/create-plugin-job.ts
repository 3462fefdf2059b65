import { z } from 'zod';
import { limits } from '#domain/limits.ts';
import { unwrap } from '#data/unwrap.ts';
import { InvalidInputError } from '#domain/errors.ts';
import type { Payload } from '#domain/plugin/payload-schema.ts';
import type { AdminActor } from '#auth/actor.ts';
import { checkPayload } from '#forms/check-payload.ts';
import { shownText } from '#forms/shown-text.ts';
import { getPlugin, manifestJobOf } from '#features/plugins/queries.ts';

/** What an admin chooses for a new job; the rest comes from the manifest and can be changed later. */
export const newPluginJobSchema = z.object({
  pluginId: z.guid(),
  jobName: z.string(),
  jobKey: shownText(limits.jobs.jobKey),
  title: shownText(limits.jobs.title),
  payload: z.record(z.string(), z.unknown()).default({}),
});

/**
 * Creates another job of a plugin with its own input, for example one of many HTTP requests.
 * @throws ForbiddenError, NotFoundError, InvalidInputError, ConflictError `job_key_is_unique_in_its_tenant`
 */
export async function createPluginJob(
  actor: AdminActor,
  input: z.input<typeof newPluginJobSchema>,
): Promise<{ jobId: string }> {
  const { pluginId, jobName, jobKey, title, payload } = newPluginJobSchema.parse(input);
  const job = manifestJobOf(await getPlugin(actor, pluginId), jobName);
  if (!job) {
    throw new InvalidInputError('Invalid job name', [
      { field: 'jobName', problem: 'is not a job of the plugin' },
    ]);
  }
  const checked: Payload = checkPayload(job.payloadSchema, payload);
  const row = unwrap(
    await actor.client
      .from('jobs')
      .insert({
        tenant_id: actor.tenantId,
        job_key: jobKey,
        title,
        kind: 'plugin',
        plugin_id: pluginId,
        plugin_job_name: jobName,
        payload: checked,
        timeout_seconds: job.timeoutSeconds,
        max_attempts: job.retry.maxAttempts,
        backoff_seconds: job.retry.backoffSeconds,
        max_backoff_seconds: job.retry.maxBackoffSeconds,
        concurrency_limit: job.concurrency,
      })
      .select('id')
      .single(),
  );
  return { jobId: row.id };
}
