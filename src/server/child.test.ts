import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Restarter } from '#server/child.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

it('waits longer after each failed start, however long each one takes', async () => {
  const restarter = new Restarter();
  const delays: number[] = [];
  restarter.started();
  await vi.advanceTimersByTimeAsync(60_000);
  const start = async () => {
    await wait(45_000);
    throw new Error('Not ready');
  };
  restarter.schedule(start, (delay) => delays.push(delay));
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  restarter.stop();
  expect(delays.slice(0, 8)).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
});

it('restarts at once after half a minute of running, but waits if it ended sooner', async () => {
  const restarter = new Restarter();
  const delays: number[] = [];
  const endAfter = async (ms: number) => {
    restarter.started();
    await vi.advanceTimersByTimeAsync(ms);
    await new Promise<void>((resolve) => {
      restarter.schedule(
        async () => resolve(),
        (delay) => delays.push(delay),
      );
      void vi.advanceTimersByTimeAsync(10_000);
    });
  };
  for (const ms of [1_000, 1_000, 1_000, 31_000, 1_000]) await endAfter(ms);
  expect(delays).toEqual([200, 400, 800, 200, 400]);
});

it('does not restart after it was stopped', async () => {
  const restarter = new Restarter();
  const start = vi.fn(async () => {});
  restarter.schedule(start, () => {});
  restarter.stop();
  restarter.schedule(start, () => {});
  await vi.advanceTimersByTimeAsync(60_000);
  expect(start).not.toHaveBeenCalled();
});
