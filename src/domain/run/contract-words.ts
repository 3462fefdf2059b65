import type { RunState } from '#domain/run-state.ts';

// The systems that the portal replaces have their own words, which their clients expect [contract: states].

/** For [contract: scheduler]. The replaced scheduler had no waiting or canceled runs. */
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
