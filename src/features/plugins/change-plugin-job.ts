import { z } from 'zod';
import { unwrap } from '#data/unwrap.ts';
import { ConflictError, NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';
import { checkPayload } from '#forms/check-payload.ts';
import { getPlugin, manifestJobOf } from '#features/plugins/queries.ts';

/** What an admin may change about a job of a plugin; what is not given stays. */
export const pluginJobChangeSchema = z.object({
  title: z.string().trim().min(1).max(500).optional(),
  payload: z.record(z.string(), z.unknown()).optional(),
  timeoutSeconds: z.int().min(1).max(86_400).optional(),
  maxAttempts: z.int().min(1).max(100).optional(),
  backoffSeconds: z.int().min(0).max(86_400).optional(),
  maxBackoffSeconds: z.int().min(0).max(86_400).optional(),
  /** Null: no limit. */
  concurrencyLimit: z.int().min(1).max(1_000).nullable().optional(),
  /** Null: begin from the beginning. */
  cursor: z.string().max(8_000).nullable().optional(),
});

/**
 * Changes a job of a plugin; the audit log names who did [rule 38: audit log].
 * @throws ForbiddenError, NotFoundError, InvalidInputError for the payload, ConflictError for values that contradict
 */
export async function changePluginJob(
  actor: AdminActor,
  jobId: string,
  input: z.input<typeof pluginJobChangeSchema>,
): Promise<void> {
  if (!z.guid().safeParse(jobId).success) throw new NotFoundError('Job not found');
  const change = pluginJobChangeSchema.parse(input);
  const { client, tenantId } = actor;
  const job = unwrap(
    await client
      .from('jobs')
      .select('title, titles, plugin_id, plugin_job_name')
      .eq('tenant_id', tenantId)
      .eq('id', jobId)
      .eq('kind', 'plugin')
      .single(),
  );
  // Its own form shows the title in the reader's language; giving that back renames nothing.
  const isDeclaredTitle = Object.values(job.titles ?? {}).includes(change.title);
  let payload;
  if (change.payload !== undefined) {
    const declared = manifestJobOf(await getPlugin(actor, job.plugin_id ?? ''), job.plugin_job_name ?? '');
    if (!declared) throw new ConflictError('The plugin no longer has this job');
    payload = checkPayload(declared.payloadSchema, change.payload);
  }
  const rows = unwrap(
    await client
      .from('jobs')
      .update({
        title: isDeclaredTitle ? undefined : change.title,
        payload,
        timeout_seconds: change.timeoutSeconds,
        max_attempts: change.maxAttempts,
        backoff_seconds: change.backoffSeconds,
        max_backoff_seconds: change.maxBackoffSeconds,
        concurrency_limit: change.concurrencyLimit,
        cursor: change.cursor,
      })
      .eq('tenant_id', tenantId)
      .eq('id', jobId)
      .select('id'),
  );
  if (rows.length === 0) throw new NotFoundError('Job not found');
}
