import { expect, it } from 'vitest';
import { canChangeState, isFinished, runStates } from './run-state.ts';

it('rules 24 to 31: a run changes state only along these lines', () => {
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

it('rule 31: success, failed and canceled are final', () => {
  expect(runStates.filter(isFinished)).toEqual(['success', 'failed', 'canceled']);
});
