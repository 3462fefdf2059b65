import type { OverlapPolicy } from './schedule.ts';

export type OverlapDecision = 'start' | 'skip' | 'queue' | 'cancel_previous';

/**
 * What becomes of an occurrence that is due while runs of the same job are unfinished [rule 21: misfire and overlap].
 * Counted in the database at the tick: `activeRuns` are running or waiting for a worker, `queuedRuns` wait for those to
 * finish. `queue` lets one wait; a second one would only grow a backlog, so it is skipped.
 */
export function decideOverlap({
  policy,
  activeRuns,
  queuedRuns,
}: {
  policy: OverlapPolicy;
  activeRuns: number;
  queuedRuns: number;
}): OverlapDecision {
  if (policy === 'allow' || activeRuns + queuedRuns === 0) return 'start';
  switch (policy) {
    case 'skip':
      return 'skip';
    case 'queue':
      return queuedRuns === 0 ? 'queue' : 'skip';
    case 'cancel_previous':
      return 'cancel_previous';
  }
}
