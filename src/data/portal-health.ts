import { z } from 'zod';
import type { ServiceClient } from '#data/clients/service.ts';
import { toInstant } from './database-instant.ts';
import { unwrap } from '#data/unwrap.ts';
import type { PortalHealth } from '#domain/portal-health.ts';

/** The result of `read_portal_health`, alone or within the status of a company's scheduler. */
export const portalHealthAnswer = z.object({
  waiting_count: z.number(),
  running_count: z.number(),
  oldest_waiting_seconds: z.number(),
  without_worker_count: z.number(),
  last_tick_at: z.string().nullable(),
  tick_age_seconds: z.number().nullable(),
  workers: z.array(z.object({ name: z.string().nullable(), age_seconds: z.number() })),
});

export function toPortalHealth(
  answer: z.output<typeof portalHealthAnswer>,
): Omit<PortalHealth, 'databaseMs'> {
  return {
    queue: {
      waitingCount: answer.waiting_count,
      runningCount: answer.running_count,
      oldestWaitingSeconds: answer.oldest_waiting_seconds,
      withoutWorkerCount: answer.without_worker_count,
    },
    lastTickAt: answer.last_tick_at === null ? null : toInstant(answer.last_tick_at),
    tickAgeSeconds: answer.tick_age_seconds,
    workers: answer.workers.map(({ name, age_seconds: ageSeconds }) => ({ name, ageSeconds })),
  };
}

/**
 * Reads the health of the database, queue, scheduler and workers.
 * @param tenantId limits the counts of runs to this tenant; everything else is about the whole portal
 * @throws UnavailableError if the database does not respond within `msMax`
 */
export async function readPortalHealth(
  client: ServiceClient,
  { tenantId, msMax = 5_000 }: { tenantId?: string | undefined; msMax?: number } = {},
): Promise<PortalHealth> {
  const startedAtMs = performance.now();
  const answer = await client
    .rpc('read_portal_health', { p_tenant_id: tenantId })
    .abortSignal(AbortSignal.timeout(msMax))
    .retry(false);
  const databaseMs = Math.round(performance.now() - startedAtMs);
  return { databaseMs, ...toPortalHealth(portalHealthAnswer.parse(unwrap(answer))) };
}
