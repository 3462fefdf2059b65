export const runStates = ['pending', 'running', 'success', 'failed', 'canceled'] as const;

export type RunState = (typeof runStates)[number];

export const runTriggers = ['report', 'schedule', 'manual', 'api', 'retry'] as const;

export type RunTrigger = (typeof runTriggers)[number];

/** Whether a value from outside names a run state. */
export function isRunState(value: unknown): value is RunState {
  return runStates.some((state) => state === value);
}

/** Reads a stored state. An unknown one counts as failed, because somebody should check it. */
export function parseRunState(state: string): RunState {
  return isRunState(state) ? state : 'failed';
}

/** Reads a stored trigger. */
export function parseRunTrigger(trigger: string): RunTrigger {
  return runTriggers.find((known) => known === trigger) ?? 'report';
}

export function isUnfinished(state: RunState): boolean {
  return state === 'pending' || state === 'running';
}
