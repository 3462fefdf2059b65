/** How the portal itself is: read in one way for everybody who asks. */
export interface PortalHealth {
  /** How long the database took to answer. */
  databaseMs: number;
  /** Runs that a worker could take now, runs that run, and how long the oldest of the first has waited. */
  queue: { waitingCount: number; runningCount: number; oldestWaitingSeconds: number };
  lastTickAt: string | null;
  /** Null: no scheduler has ticked for a day. */
  tickAgeSeconds: number | null;
  /** Of the last day. Names hold host names, so members do not get them. */
  workers: { name: string | null; ageSeconds: number }[];
}

/** A tick comes each second from a worker, and each minute from pg_cron or Vercel. */
export const tickAgeSecondsMax = 150;

// Each beats every 10 seconds.
const workerSilentSecondsMax = 60;

/** How many workers have been heard of lately; the others do not work any more. */
export function countLiveWorkers({ workers }: Pick<PortalHealth, 'workers'>): number {
  return workers.filter(({ ageSeconds }) => ageSeconds <= workerSilentSecondsMax).length;
}
