import type { ServiceClient } from '#data/clients/service.ts';
import { readQueueVitals } from '#data/run-queue.ts';
import { listHeartbeats } from '#data/scheduler.ts';
import { workerSilentSecondsMax } from '#domain/heartbeat.ts';
import type { PortalVitals } from '#plugins/contract.ts';

/** How database, queue, scheduler and workers are, as a self-check sees them. */
export async function readVitals(client: ServiceClient): Promise<PortalVitals> {
  const startedAt = performance.now();
  const queue = await readQueueVitals(client);
  const databaseMs = Math.round(performance.now() - startedAt);
  const heartbeats = await listHeartbeats(client);
  const scheduler = heartbeats.find(({ process }) => process === 'scheduler');
  return {
    databaseMs,
    ...queue,
    schedulerAgeSeconds: scheduler?.ageSeconds ?? null,
    workers: heartbeats.filter(
      ({ process, ageSeconds }) => process.startsWith('worker:') && ageSeconds <= workerSilentSecondsMax,
    ).length,
  };
}
