import { createServiceClient } from '#data/clients/service.ts';
import { noteHeartbeat, reapRuns } from '#data/run-queue.ts';
import { listHandlers } from '#features/execution/list-handlers.ts';
import { writeLog } from '#http/log.ts';
import { builtInPlugins } from '#plugins/index.ts';

/** Records that a worker is alive, what it is doing, and what it can run. */
export async function noteWorkerHeartbeat(
  workerId: string,
  details: Record<string, string | number | null>,
): Promise<void> {
  const handlers = await listHandlers(builtInPlugins);
  await noteHeartbeat(createServiceClient(), `worker:${workerId}`, { ...details, handlers });
}

/** Puts runs whose queue message is lost back on their queue, or ends them [rule 31: every run ends]. */
export async function reapLostRuns(): Promise<{ requeued: number; finished: number }> {
  const reaped = await reapRuns(createServiceClient());
  if (reaped.requeued + reaped.finished > 0) writeLog('warn', 'runs_reaped', reaped);
  return reaped;
}
