import { createServiceClient } from '#data/clients/service.ts';
import { readPortalHealth } from '#data/portal-health.ts';
import { readPortalMetrics } from '#data/scheduler.ts';
import { requireActor } from '#auth/authenticate-request.ts';
import { hasCronSecret } from '#auth/cron-secret.ts';
import type { getMetrics } from '#features/portal-health/operations.ts';
import type { AnswerOf } from '#http/operation.ts';

type Sample = [labels: Record<string, string>, value: number];

/** We choose all label names and values except the workers', which may contain a host name. */
const escaped = (text: string) =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function metric(name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => {
    const list = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    return `${name}${list.length > 0 ? `{${list.join(',')}}` : ''} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines, ''].join('\n');
}

const byLabel = (label: string, counts: Record<string, number>, known: readonly string[]): Sample[] =>
  known.map((word) => [{ [label]: word }, counts[word] ?? 0]);

/** Returns the tenant whose metrics a request may read; undefined for the whole portal, if the request has the CRON_SECRET. */
export async function authorizeMetrics(request: Request): Promise<string | undefined> {
  return hasCronSecret(request.headers) ? undefined : (await requireActor(request)).tenantId;
}

/** Formats the metrics for Prometheus. Heartbeats are always those of the whole portal. */
export async function answerMetrics({
  caller: tenantId,
}: {
  caller: string | undefined;
}): Promise<AnswerOf<typeof getMetrics>> {
  const client = createServiceClient();
  const [counts, health] = await Promise.all([
    readPortalMetrics(client, tenantId),
    readPortalHealth(client, { tenantId }),
  ]);
  const body = [
    metric(
      'tc_portal_jobs',
      'Jobs by status.',
      byLabel('status', counts.jobs, ['success', 'error', 'unknown', 'disabled']),
    ),
    metric(
      'tc_portal_runs',
      'Unfinished runs by state.',
      byLabel('state', counts.runs, ['pending', 'running']),
    ),
    metric(
      'tc_portal_runs_finished_5m',
      'Runs of the last 5 minutes by state.',
      byLabel('state', counts.recentRuns, ['success', 'failed', 'canceled']),
    ),
    metric('tc_portal_queue_length', 'Pending runs.', [[{}, health.queue.waitingCount]]),
    metric('tc_portal_queue_oldest_seconds', 'How long the oldest run has waited that could start.', [
      [{}, health.queue.oldestWaitingSeconds],
    ]),
    metric('tc_portal_jobs_without_worker', 'Jobs with waiting runs whose plugin no running worker has.', [
      [{}, health.queue.withoutWorkerCount],
    ]),
    metric('tc_portal_heartbeat_age_seconds', 'Seconds since a scheduler or worker was last alive.', [
      ...(health.tickAgeSeconds === null
        ? []
        : [[{ process: 'scheduler' }, health.tickAgeSeconds] as Sample]),
      ...health.workers.map(({ name, ageSeconds }): Sample => [
        { process: `worker:${name ?? ''}` },
        ageSeconds,
      ]),
    ]),
  ].join('');
  return {
    status: 200,
    headers: { 'Cache-Control': 'no-store', 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' },
    body,
  };
}
