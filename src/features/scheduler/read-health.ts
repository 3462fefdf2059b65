import { createServiceClient, type ServiceClient } from '#data/clients/service.ts';
import { type Heartbeat, listHeartbeats, type QueueHealth, readQueueHealth } from '#data/scheduler.ts';

/** Whether ticks and workers are alive and the queue moves. Portal-wide but for the queue's counts of a tenant. */
export interface SchedulerHealth {
  /** Seconds since the last tick; null when there was none for a day. */
  tickAgeSeconds: number | null;
  lastTickAt: string | null;
  workers: { name: string; ageSeconds: number }[];
  queue: QueueHealth;
}

const workerPrefix = 'worker:';

const isWorker = ({ process }: Heartbeat) => process.startsWith(workerPrefix);

/**
 * The scheduler's and the workers' heartbeats and the age of the queue (contracts.md, Internal).
 * @param tenantId counts only this tenant's runs in the queue
 * @throws UnavailableError when the database is away
 */
export async function readHealth({
  client = createServiceClient(),
  tenantId,
}: { client?: ServiceClient; tenantId?: string } = {}): Promise<SchedulerHealth> {
  const [heartbeats, queue] = await Promise.all([listHeartbeats(client), readQueueHealth(client, tenantId)]);
  const scheduler = heartbeats.find(({ process }) => process === 'scheduler');
  return {
    tickAgeSeconds: scheduler?.ageSeconds ?? null,
    lastTickAt: scheduler?.beatAt ?? null,
    workers: heartbeats
      .filter(isWorker)
      .map(({ process, ageSeconds }) => ({ name: process.slice(workerPrefix.length), ageSeconds })),
    queue,
  };
}
