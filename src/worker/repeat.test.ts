import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { repeat } from './repeat.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('starts at once and then at each interval, however long the task took', async () => {
  const beganAt: number[] = [];
  const start = performance.now();
  const repeated = repeat(
    1_000,
    async () => {
      beganAt.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 300));
    },
    () => {},
  );
  await vi.advanceTimersByTimeAsync(2_500);
  expect(beganAt).toEqual([0, 1_000, 2_000]);
  await repeated.stop();
});

it('never runs twice at the same time, and starts again at once after a slow task', async () => {
  let running = 0;
  let runningMax = 0;
  let turns = 0;
  const repeated = repeat(
    100,
    async () => {
      turns += 1;
      running += 1;
      runningMax = Math.max(runningMax, running);
      await new Promise((resolve) => setTimeout(resolve, 250));
      running -= 1;
    },
    () => {},
  );
  await vi.advanceTimersByTimeAsync(1_000);
  expect([runningMax, turns]).toEqual([1, 4]);
  const stopped = repeated.stop();
  await vi.advanceTimersByTimeAsync(250);
  await stopped;
});

it('continues after a failure and reports it', async () => {
  const failures: unknown[] = [];
  const task = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error('away')).mockResolvedValue();
  const repeated = repeat(100, task, (error) => failures.push(error));
  await vi.advanceTimersByTimeAsync(250);
  expect(failures).toEqual([new Error('away')]);
  expect(task).toHaveBeenCalledTimes(3);
  await repeated.stop();
});

it('stops after the running task has ended, and starts no other', async () => {
  let hasEnded = false;
  const task = vi.fn<() => Promise<void>>(async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    hasEnded = true;
  });
  const repeated = repeat(100, task, () => {});
  const stopped = repeated.stop().then(() => hasEnded);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await stopped).toBe(true);
  expect(task).toHaveBeenCalledOnce();
});
