import { z } from 'zod';
import { limits } from '#domain/limits.ts';
import { unwrap } from '#data/unwrap.ts';
import { ConflictError, NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';
import { checkPayload } from '#forms/check-payload.ts';
import { shownText } from '#forms/shown-text.ts';
import { getPlugin, manifestJobOf } from '#features/plugins/queries.ts';

const wholeNumber = ({ min, max }: { min: number; max: number }) => z.int().min(min).max(max);

/** What an admin can change about a job of a plugin; absent fields stay unchanged. */
export const pluginJobChangeSchema = z.object({
  title: shownText(limits.jobs.title).optional(),
  payload: z.record(z.string(), z.unknown()).optional(),
  timeoutSeconds: wholeNumber(limits.jobs.timeoutSeconds).optional(),
  maxAttempts: wholeNumber(limits.jobs.maxAttempts).optional(),
  backoffSeconds: wholeNumber(limits.jobs.backoffSeconds).optional(),
  maxBackoffSeconds: wholeNumber(limits.jobs.maxBackoffSeconds).optional(),
  /** Null: no limit. */
  concurrencyLimit: wholeNumber(limits.jobs.concurrencyLimit).nullable().optional(),
  /** Null: start from the beginning. */
  cursor: z.string().max(limits.jobs.cursor.max).nullable().optional(),
  /** Whether staff can start it by hand. */
  staffCanRun: z.boolean().optional(),
});

/**
 * Changes a job of a plugin; the audit log names the admin [rule 38: audit log].
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
  // The form shows the title in the user's language; saving it unchanged does not rename the job.
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
        staff_can_run: change.staffCanRun,
      })
      .eq('tenant_id', tenantId)
      .eq('id', jobId)
      .select('id'),
  );
  if (rows.length === 0) throw new NotFoundError('Job not found');
}
