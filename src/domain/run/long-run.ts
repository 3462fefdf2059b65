import type { RunState, RunTrigger } from '#domain/run-state.ts';

/** A run that takes longer is shown with a warning, unless its job says how long it may take. */
export const longRunSeconds = 3_600;

/** How long the runs of a job may take. */
export interface RunPace {
  /** The expectation of the job; null if it has none. */
  maxRunSeconds: number | null;
  /** For one attempt of a job that the portal runs; null for a job that reports. */
  timeoutSeconds: number | null;
}

/** What decides since when a run is running. */
export interface RunClock {
  state: RunState;
  trigger: RunTrigger;
  /** By the clock of its host. */
  startedAt: string | null;
  receivedAt: string;
  /** How far ahead that clock was; null if it was not measured. */
  clockAheadMs: number | null;
  /** Number of the attempt of a run of the portal. */
  attempt: number;
}

/** Returns how long a run may take before it is shown with a warning. A long timeout is somebody's choice, so it counts. */
export function longestSeconds({ maxRunSeconds, timeoutSeconds }: RunPace, attempt: number): number {
  return maxRunSeconds ?? Math.max(longRunSeconds, (timeoutSeconds ?? 0) * Math.max(1, attempt));
}

/** Returns for how long a run has been running; 0 if it is not running. */
export function runningMs(run: RunClock, now: Date): number {
  if (run.state !== 'running') return 0;
  return Math.max(0, now.getTime() - startOf(run));
}

/** Whether a run is still running and takes longer than it may. */
export function isRunningLong(run: RunClock, pace: RunPace, now: Date): boolean {
  return runningMs(run, now) > longestSeconds(pace, run.attempt) * 1000;
}

/** The state of a run as it is shown: one that takes long looks different. */
export type ShownRunState = RunState | 'runningLong';

export function shownRunState({
  state,
  isRunningLong: isLong,
}: {
  state: RunState;
  isRunningLong: boolean;
}): ShownRunState {
  return isLong ? 'runningLong' : state;
}

function startOf({ trigger, startedAt, receivedAt, clockAheadMs }: RunClock): number {
  const received = Date.parse(receivedAt);
  if (startedAt === null) return received;
  if (trigger !== 'report') return Date.parse(startedAt);
  // A clock that is hours behind must not raise an alarm: without a measurement, only the arrival is certain.
  return clockAheadMs === null ? received : Math.min(received, Date.parse(startedAt) - clockAheadMs);
}
