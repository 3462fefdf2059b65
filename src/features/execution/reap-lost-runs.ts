import { createServiceClient } from '#data/clients/service.ts';
import { noteHeartbeat, reapRuns } from '#data/run-queue.ts';
import { writeLog } from '#http/log.ts';

/** Records that a worker is alive and what it is doing. */
export async function noteWorkerHeartbeat(
  workerId: string,
  details: Record<string, string | number | null>,
): Promise<void> {
  await noteHeartbeat(createServiceClient(), `worker:${workerId}`, details);
}

/** Puts runs whose queue message is lost back on their queue, or ends them [rule 31: every run ends]. */
export async function reapLostRuns(): Promise<{ requeued: number; finished: number }> {
  const reaped = await reapRuns(createServiceClient());
  if (reaped.requeued + reaped.finished > 0) writeLog('warn', 'runs_reaped', reaped);
  return reaped;
}
