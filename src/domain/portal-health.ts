/** How the portal itself is, read in the same way for every caller. */
export interface PortalHealth {
  /** How long the database took to respond. */
  databaseMs: number;
  /** Runs that a worker could start now, running runs, and how long the oldest waiting run has waited. */
  queue: { waitingCount: number; runningCount: number; oldestWaitingSeconds: number };
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
