import { expect, it } from 'vitest';
import { isUnfinished, runStates } from '#domain/run-state.ts';
import { canChangeState } from './run-transition.ts';

it('a run changes state only along these lines [rule 31: every run ends]', () => {
  const allowed = runStates.flatMap((from) =>
    runStates.filter((to) => canChangeState(from, to)).map((to) => `${from} -> ${to}`),
  );
  expect(allowed).toEqual([
    'pending -> running',
    'pending -> failed',
    'pending -> canceled',
    'running -> pending',
    'running -> success',
    'running -> failed',
    'running -> canceled',
  ]);
});

it('what is finished never changes, and what is not can always finish [rule 31: every run ends]', () => {
  for (const state of runStates) {
    const canFinish = runStates.some((to) => !isUnfinished(to) && canChangeState(state, to));
    expect(canFinish).toBe(isUnfinished(state));
  }
});
