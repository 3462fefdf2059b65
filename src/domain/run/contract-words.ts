import type { RunState } from '#domain/run-state.ts';

// The systems that the portal stands in for have words of their own, which their clients know [contract: states].

/** For [contract: scheduler]; the scheduler that it stands in for knew no run that waits or was canceled. */
export const executionStatuses = {
  pending: 'pending',
  running: 'running',
  success: 'completed',
  failed: 'failed',
  canceled: 'canceled',
} as const satisfies Record<RunState, string>;

/** For [contract: background jobs]. */
export const backgroundJobStatuses = {
  pending: 'queued',
  running: 'processing',
  success: 'completed',
  failed: 'failed',
  canceled: 'canceled',
} as const satisfies Record<RunState, string>;

type ExecutionStatus = (typeof executionStatuses)[RunState];
type BackgroundJobStatus = (typeof backgroundJobStatuses)[RunState];

const stateOfBackgroundJob = Object.fromEntries(
  Object.entries(backgroundJobStatuses).map(([state, status]) => [status, state]),
) as Record<BackgroundJobStatus, RunState>;

export const toExecutionStatus = (state: RunState): ExecutionStatus => executionStatuses[state];
export const toBackgroundJobStatus = (state: RunState): BackgroundJobStatus => backgroundJobStatuses[state];
export const fromBackgroundJobStatus = (status: BackgroundJobStatus): RunState =>
  stateOfBackgroundJob[status];
