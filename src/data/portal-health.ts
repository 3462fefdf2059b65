import type { PortalHealth } from '#domain/portal-health.ts';
import type { ServiceClient } from '#data/clients/service.ts';
import { unwrap } from '#data/unwrap.ts';

const workerPrefix = 'worker:';

/**
 * How database, queue, scheduler and workers are.
 * @param tenantId counts only this tenant's runs in the queue; the rest is the portal's
 * @throws UnavailableError when the database does not answer within `msMax`
 */
export async function readPortalHealth(
  client: ServiceClient,
  { tenantId, msMax = 5_000 }: { tenantId?: string | undefined; msMax?: number } = {},
): Promise<PortalHealth> {
  const startedAt = performance.now();
  const signal = AbortSignal.timeout(msMax);
  const [beats, queues] = await Promise.all([
    client.rpc('list_heartbeats').abortSignal(signal).retry(false),
    client.rpc('read_queue_health', { p_tenant_id: tenantId }).abortSignal(signal).retry(false),
  ]);
  const heartbeats = unwrap(beats);
  const [queue] = unwrap(queues);
  const scheduler = heartbeats.find(({ process }) => process === 'scheduler');
  return {
    databaseMs: Math.round(performance.now() - startedAt),
    queue: {
      waitingCount: queue?.waiting_count ?? 0,
      runningCount: queue?.running_count ?? 0,
      oldestWaitingSeconds: queue?.oldest_waiting_seconds ?? 0,
    },
    lastTickAt: scheduler?.beat_at ?? null,
    tickAgeSeconds: scheduler?.age_seconds ?? null,
    workers: heartbeats
      .filter(({ process }) => process.startsWith(workerPrefix))
      .map((beat) => ({ name: beat.process.slice(workerPrefix.length), ageSeconds: beat.age_seconds })),
  };
}
