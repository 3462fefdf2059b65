import { describe, expect, test } from 'vitest';
import { isRunningLong, type RunClock, type RunPace, runningMs, shownRunState } from './long-run.ts';

const now = new Date('2026-11-28T12:00:00Z');
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();
const run = (given: Partial<RunClock> = {}): RunClock => ({
  state: 'running',
  trigger: 'schedule',
  startedAt: ago(61),
  receivedAt: ago(61),
  clockAheadMs: null,
  attempt: 1,
  ...given,
});
const reported = (given: Partial<RunClock> = {}) => run({ trigger: 'report', attempt: 0, ...given });
const pace = (given: Partial<RunPace> = {}): RunPace => ({
  maxRunSeconds: null,
  timeoutSeconds: null,
  ...given,
});

describe('a run that takes long [rule 9: kinds of incident]', () => {
  test.each<[string, RunClock, RunPace, boolean]>([
    ['over an hour', run(), pace({ timeoutSeconds: 300 }), true],
    ['just under an hour', run({ startedAt: ago(59) }), pace({ timeoutSeconds: 300 }), false],
    ['over an hour, whose timeout is two hours by choice', run(), pace({ timeoutSeconds: 7_200 }), false],
    ['over its timeout of two hours', run({ startedAt: ago(121) }), pace({ timeoutSeconds: 7_200 }), true],
    [
      'in the second attempt of two hours each',
      run({ startedAt: ago(200), attempt: 2 }),
      pace({ timeoutSeconds: 7_200 }),
      false,
    ],
    [
      'over its expected maximum of ten minutes',
      run({ startedAt: ago(11) }),
      pace({ maxRunSeconds: 600 }),
      true,
    ],
    [
      'within its expected maximum of a day',
      run({ startedAt: ago(600) }),
      pace({ maxRunSeconds: 86_400 }),
      false,
    ],
    ['started by a script that never reported an end', reported(), pace(), true],
    ['started by a script without a start time', reported({ startedAt: null }), pace(), true],
    [
      'of a script whose clock is nine hours behind',
      reported({ startedAt: ago(550), receivedAt: ago(10) }),
      pace(),
      false,
    ],
    [
      'of a script whose report waited on its disk, by a measured clock',
      reported({ receivedAt: ago(10), clockAheadMs: 0 }),
      pace(),
      true,
    ],
    [
      'of a script whose clock is measured as behind',
      reported({ startedAt: ago(550), receivedAt: ago(10), clockAheadMs: -540 * 60_000 }),
      pace(),
      false,
    ],
    [
      'of a script whose clock is ahead',
      reported({ startedAt: ago(-120), receivedAt: ago(90) }),
      pace(),
      true,
    ],
    ['finished', run({ state: 'success' }), pace(), false],
    ['pending', run({ state: 'pending', startedAt: null }), pace(), false],
  ])('%s', (_name, given, allowed, isLong) => {
    expect(isRunningLong(given, allowed, now)).toBe(isLong);
  });

  test('is shown in its own way while it runs', () => {
    expect(shownRunState({ state: 'running', isRunningLong: true })).toBe('runningLong');
    expect(shownRunState({ state: 'running', isRunningLong: false })).toBe('running');
    expect(runningMs(run(), now)).toBe(61 * 60_000);
    expect(runningMs(run({ state: 'failed' }), now)).toBe(0);
  });
});
