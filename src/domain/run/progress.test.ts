import { describe, expect, it } from 'vitest';
import { foreignMessage } from '#domain/message.ts';
import { noProgressYet, throttleProgress } from './progress.ts';
import type { ProgressThrottle, RunProgress } from './progress.ts';

const at = (ms: number) => new Date(Date.UTC(2026, 10, 21) + ms);
const progress = (done: number): RunProgress => ({ done, total: 10, note: null });

describe('progress at most once a second [rule 29: progress and errors]', () => {
  it('writes the first at once, then the newest once a second, and nothing twice', () => {
    const written: (number | null)[] = [];
    let throttle: ProgressThrottle = noProgressYet;
    for (const [ms, told] of [
      [0, progress(1)],
      [100, progress(2)],
      [999, progress(3)],
      [1_000, null],
      [1_500, null],
      [1_999, progress(4)],
      [2_000, progress(5)],
    ] as const) {
      const result = throttleProgress(throttle, told, at(ms));
      throttle = result.throttle;
      written.push(result.write?.done ?? null);
    }
    expect(written).toEqual([1, null, null, 3, null, null, 5]);
  });

  it('writes pending progress when the attempt ends', () => {
    const first = throttleProgress(noProgressYet, progress(1), at(0));
    const second = throttleProgress(first.throttle, progress(9), at(10));
    expect(throttleProgress(second.throttle, null, at(20), { flush: true }).write).toEqual(progress(9));
    expect(throttleProgress(first.throttle, null, at(20), { flush: true }).write).toBeNull();
  });

  it('continues after the clock is set back', () => {
    const first = throttleProgress(noProgressYet, progress(1), at(3_600_000));
    expect(throttleProgress(first.throttle, progress(2), at(0)).write).toEqual(progress(2));
  });

  it('corrects impossible numbers', () => {
    const { write } = throttleProgress(
      noProgressYet,
      { done: 12, total: 10, note: foreignMessage('x'.repeat(900)) },
      at(0),
    );
    expect(write).toEqual({ done: 10, total: 10, note: foreignMessage('x'.repeat(500)) });
    const { write: odd } = throttleProgress(noProgressYet, { done: NaN, total: null, note: null }, at(0));
    expect(odd).toEqual({ done: 0, total: null, note: null });
  });
});
