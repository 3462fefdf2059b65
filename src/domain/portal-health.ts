/** How the portal itself is, read in the same way for every caller. */
export interface PortalHealth {
  /** How long the database took to respond. */
  databaseMs: number;
  queue: {
    /** Runs that wait for a worker or a limit, but not for their next attempt. */
    waitingCount: number;
    runningCount: number;
    /** How long the oldest run has waited that could start: no limit and no delay holds it back. */
    oldestWaitingSeconds: number;
    /** Jobs with waiting runs that no running worker can run, because it does not have their plugin. */
    withoutWorkerCount: number;
  };
  lastTickAt: string | null;
  /** Null: no scheduler has ticked for a day. */
  tickAgeSeconds: number | null;
  /** Workers seen in the last day. Names contain host names, so members do not get them. */
  workers: { name: string | null; ageSeconds: number }[];
}

/** A worker ticks every second; pg_cron and Vercel tick every minute. */
export const tickAgeSecondsMax = 150;

// Each worker sends a heartbeat every 10 seconds.
const workerSilentSecondsMax = 60;

/** Returns how many workers sent a heartbeat recently; the others have stopped. */
export function countLiveWorkers({ workers }: Pick<PortalHealth, 'workers'>): number {
  return workers.filter(({ ageSeconds }) => ageSeconds <= workerSilentSecondsMax).length;
}
