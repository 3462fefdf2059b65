export const runStates = ['pending', 'running', 'success', 'failed', 'canceled'] as const;

export type RunState = (typeof runStates)[number];

export const runTriggers = ['report', 'schedule', 'manual', 'api', 'retry'] as const;

export type RunTrigger = (typeof runTriggers)[number];

/** Whether a value from outside names a run state. */
export function isRunState(value: unknown): value is RunState {
  return runStates.some((state) => state === value);
}

/** The state as stored; anything unknown counts as failed, because it needs a look. */
export function parseRunState(state: string): RunState {
  return isRunState(state) ? state : 'failed';
}

/** The trigger as stored. */
export function parseRunTrigger(trigger: string): RunTrigger {
  return runTriggers.find((known) => known === trigger) ?? 'report';
}

/** Whether a run has not finished yet. */
export function isUnfinished(state: RunState): boolean {
  return state === 'pending' || state === 'running';
}
