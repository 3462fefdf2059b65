import { toInstant } from '#data/database-instant.ts';
import { toManifest } from '#data/plugin-row.ts';
import { type PortalRun, portalRunColumns, toErrorSummary, toPortalRun } from '#data/portal-run-row.ts';
import { toLocalizedText } from '#data/localized-text.ts';
import { unwrap, unwrapMaybe } from '#data/unwrap.ts';
import type { Message } from '#domain/message.ts';
import { parseManifest, type PluginJob } from '#domain/plugin/manifest.ts';
import type { LocalizedText } from '#domain/plugin/payload-schema.ts';
import type { Actor } from '#auth/actor.ts';

/** One attempt of a run by a worker. */
export interface RunAttempt {
  attempt: number;
  workerId: string;
  startedAt: string;
  finishedAt: string | null;
  outcome: string | null;
  errorMessage: Message | null;
}

/** What the portal knows about one of its own runs: input, progress, attempts, error; the stack for admins only. */
export interface PortalRunDetail extends PortalRun {
  plugin: { id: string; name: LocalizedText };
  /** The job's declaration in the manifest; null if the manifest no longer has it. */
  declared: PluginJob | null;
  requesterName: string | null;
  attempts: RunAttempt[];
  stack: string | null;
}

/** Null for a run of an external job. */
export async function readPortalRun(actor: Actor, runId: string): Promise<PortalRunDetail | null> {
  const { client, tenantId, role } = actor;
  const [answer, attempts, stacks] = await Promise.all([
    client
      .from('runs')
      .select(`${portalRunColumns}, jobs!inner(plugin_job_name, plugins(id, name, manifest, manifest_text))`)
      .eq('tenant_id', tenantId)
      .eq('id', runId)
      .single(),
    client
      .from('run_attempts')
      .select('attempt, worker_id, started_at, finished_at, outcome, error')
      .eq('tenant_id', tenantId)
      .eq('run_id', runId)
      .order('attempt', { ascending: false })
      .limit(100),
    role === 'admin'
      ? client
          .from('run_error_stacks')
          .select('stack')
          .eq('tenant_id', tenantId)
          .eq('run_id', runId)
          .maybeSingle()
      : null,
  ]);
  const row = unwrap(answer);
  const { plugins: plugin, plugin_job_name: jobName } = row.jobs;
  if (!plugin) return null;
  const run = toPortalRun(row);
  const parsed = parseManifest(toManifest(plugin), { now: new Date(), defaultTimeZone: 'UTC' });
  return {
    ...run,
    plugin: { id: plugin.id, name: parsed.ok ? parsed.manifest.name : plugin.name },
    declared: parsed.ok ? (parsed.manifest.jobs.find(({ name }) => name === jobName) ?? null) : null,
    requesterName: run.requestedBy === null ? null : await nameOf(actor, run.requestedBy),
    attempts: unwrap(attempts).map((attempt) => ({
      attempt: attempt.attempt,
      workerId: attempt.worker_id,
      startedAt: toInstant(attempt.started_at),
      finishedAt: attempt.finished_at === null ? null : toInstant(attempt.finished_at),
      outcome: attempt.outcome,
      errorMessage: toErrorSummary(attempt.error)?.message ?? null,
    })),
    stack: stacks === null ? null : (unwrapMaybe(stacks)?.stack ?? null),
  };
}

async function nameOf({ client, tenantId }: Actor, userId: string): Promise<string | null> {
  const member = unwrapMaybe(
    await client
      .from('members')
      .select('display_name, email')
      .eq('tenant_id', tenantId)
      .eq('user_id', userId)
      .maybeSingle(),
  );
  return member === null ? null : member.display_name || member.email;
}

/** The schema of a job's input, and its stored input and cursor. */
export interface RunForm {
  jobId: string;
  /** Staff start it as it is; only admins choose its input and cursor. */
  isAsItIs: boolean;
  /** Staff can start it, too. */
  isForStaff: boolean;
  title: LocalizedText;
  declared: PluginJob | null;
  payload: Readonly<Record<string, unknown>>;
  cursor: string | null;
}

/** Returns what the forms that start these jobs need, without jobs that the caller cannot start. */
export async function readRunForms(
  { client, tenantId, role }: Actor,
  jobIds: readonly string[],
): Promise<Map<string, RunForm>> {
  if (jobIds.length === 0) return new Map();
  const isAdmin = role === 'admin';
  // Read from the plugins: otherwise each job would repeat the manifest that it shares with others.
  const plugins = unwrap(
    await client
      .from('plugins')
      .select(
        'manifest, manifest_text, jobs!inner(id, title, titles, payload, cursor, plugin_job_name, staff_can_run)',
      )
      .eq('tenant_id', tenantId)
      .in('jobs.id', [...jobIds]),
  );
  const forms = plugins.flatMap(({ jobs, ...plugin }) => {
    const parsed = parseManifest(toManifest(plugin), { now: new Date(), defaultTimeZone: 'UTC' });
    const declared = parsed.ok ? parsed.manifest.jobs : [];
    const startable = jobs.filter(({ staff_can_run: isForStaff }) => isAdmin || isForStaff);
    return startable.map(
      ({
        id,
        title,
        titles,
        payload,
        cursor,
        plugin_job_name: jobName,
        staff_can_run: isForStaff,
      }): RunForm => ({
        jobId: id,
        isAsItIs: !isAdmin,
        isForStaff,
        title: toLocalizedText(title, titles),
        declared: declared.find(({ name }) => name === jobName) ?? null,
        payload: typeof payload === 'object' && !Array.isArray(payload) ? payload : {},
        cursor,
      }),
    );
  });
  return new Map(forms.map((form) => [form.jobId, form]));
}
