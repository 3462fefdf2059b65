import { z } from 'zod';
import { unwrap } from '#data/unwrap.ts';
import { ConflictError, ForbiddenError, NotFoundError } from '#domain/errors.ts';
import { parseManifest } from '#domain/plugin/manifest.ts';
import type { Payload } from '#domain/plugin/payload-schema.ts';
import type { Json } from '#data/database.types.ts';
import type { Actor } from '#auth/actor.ts';
import { checkPayload } from '#forms/check-payload.ts';
import { announceRuns } from '#process/waiting-runs.ts';

export interface RunInput {
  /** Replaces the job's payload. */
  payload?: unknown;
  /** Start from here instead of the job's cursor; null: from the beginning. */
  cursor?: string | null;
  originRunId?: string;
}

interface RunnableJob {
  id: string;
  payload: Json;
  plugin_job_name: string | null;
  plugins: { manifest: Json } | null;
}

function checkedPayload(job: RunnableJob, payload: unknown): Payload {
  const parsed = parseManifest(job.plugins?.manifest, { now: new Date(), defaultTimeZone: 'UTC' });
  const declared = parsed.ok
    ? parsed.manifest.jobs.find(({ name }) => name === job.plugin_job_name)
    : undefined;
  if (!declared) throw new ConflictError('The plugin no longer has this job');
  return checkPayload(declared.payloadSchema, payload);
}

/**
 * Starts a run of a plugin job now, before scheduled runs. A disabled job can be started by hand. Staff can start the jobs that
 * admins let them run [rule 33: roles], but only as they are: payload and cursor decide what a job does.
 * @throws ForbiddenError, NotFoundError, InvalidInputError for the payload, ConflictError
 * `run_belongs_to_a_plugin_job` or `run_belongs_to_an_enabled_plugin`
 */
export async function startRun(
  { client, tenantId, userId, role }: Actor,
  jobId: string,
  { payload, cursor, originRunId }: RunInput = {},
): Promise<{ runId: string }> {
  if (!z.guid().safeParse(jobId).success) throw new NotFoundError('Job not found');
  const job = unwrap(
    await client
      .from('jobs')
      .select('id, kind, payload, plugin_job_name, staff_can_run, plugins(manifest)')
      .eq('tenant_id', tenantId)
      .eq('id', jobId)
      .single(),
  );
  if (job.kind !== 'plugin') {
    throw new ConflictError('Only plugin jobs are run by the portal', 'run_belongs_to_a_plugin_job');
  }
  const isAdmin = role === 'admin';
  // A key that may only read is not a member of staff.
  if (!isAdmin && (userId === null || !job.staff_can_run)) throw new ForbiddenError();
  if (!isAdmin && (payload !== undefined || cursor !== undefined || originRunId !== undefined)) {
    throw new ForbiddenError('Only admins can choose the payload or the cursor of a run');
  }
  const checked = checkedPayload(job, payload ?? job.payload);
  const runId = unwrap(
    await client.rpc('start_run', {
      p_job_id: jobId,
      p_trigger: originRunId !== undefined ? 'retry' : userId === null ? 'api' : 'manual',
      ...(isAdmin && { p_payload: checked }),
      ...(cursor !== undefined && { p_has_cursor: true, p_cursor: cursor as string }),
      ...(originRunId !== undefined && { p_origin_run_id: originRunId }),
    }),
  );
  announceRuns();
  return { runId };
}
