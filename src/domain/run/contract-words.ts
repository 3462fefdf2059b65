import type { RunState } from '#domain/run-state.ts';

// The systems that the portal stands in for have words of their own, which their clients know [contract: states].

/** For [contract: scheduler]; the scheduler that it stands in for knew no run that waits or was canceled. */
const executionStatuses = {
  pending: 'pending',
  running: 'running',
  success: 'completed',
  failed: 'failed',
  canceled: 'canceled',
} as const satisfies Record<RunState, string>;

/** For [contract: background jobs]. */
const backgroundJobStatuses = {
  pending: 'queued',
  running: 'processing',
  success: 'completed',
  failed: 'failed',
  canceled: 'canceled',
} as const satisfies Record<RunState, string>;

export type ExecutionStatus = (typeof executionStatuses)[RunState];
export type BackgroundJobStatus = (typeof backgroundJobStatuses)[RunState];

export const toExecutionStatus = (state: RunState): ExecutionStatus => executionStatuses[state];
export const toBackgroundJobStatus = (state: RunState): BackgroundJobStatus => backgroundJobStatuses[state];

/** The state that a word of [contract: background jobs] stands for; null for any other word. */
export function fromBackgroundJobStatus(status: string): RunState | null {
  const found = Object.entries(backgroundJobStatuses).find(([, word]) => word === status);
  return found ? (found[0] as RunState) : null;
}
