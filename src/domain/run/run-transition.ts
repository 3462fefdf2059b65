import type { RunState } from '#domain/run-state.ts';

/**
 * `running -> pending` gives a run back: for a retry, a snooze, a lost lease or a worker that is stopped.
 * `pending -> failed` is a run that no worker could take [rule 30: poison]. Success, failed and canceled are
 * final [rule 31: every run ends]: a dead run is started again as a new run with a link to its origin.
 */
const following: Record<RunState, readonly RunState[]> = {
  pending: ['running', 'failed', 'canceled'],
  running: ['success', 'failed', 'canceled', 'pending'],
  success: [],
  failed: [],
  canceled: [],
};

/** Whether a run may change from one state to the other. */
export function canChangeState(from: RunState, to: RunState): boolean {
  return following[from].includes(to);
}
