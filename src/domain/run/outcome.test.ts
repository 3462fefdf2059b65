import { describe, expect, it } from 'vitest';
import { foreignMessage } from '#domain/message.ts';
import { nextStep, type Outcome, retryAfter, snoozed, snoozesMax, success } from './outcome.ts';

const now = new Date('2026-11-21T09:00:00Z');
const error = { name: 'TypeError', message: foreignMessage('fetch failed'), stack: null };
const failed: Outcome = { kind: 'failed', error, isRetryable: true, result: null };
const policy = { maxAttempts: 3, backoffSeconds: 10, maxBackoffSeconds: 300 };

function stepOf(outcome: Outcome, { attempt = 1, snoozes = 0, random = 0.5 } = {}) {
  return nextStep({ outcome, attempt, snoozes, policy, now, random });
}
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1000);

describe('what happens after an attempt [rule 25: time-out and retry]', () => {
  it('a success finishes', () => {
    expect(stepOf(success())).toEqual({ kind: 'finish_success' });
  });

  it('a cancellation finishes the run, on any attempt', () => {
    expect(stepOf({ kind: 'canceled' }, { attempt: 3 })).toEqual({ kind: 'finish_canceled' });
  });

  it('a failure is tried again with back-off until the attempts are used up', () => {
    expect(stepOf(failed)).toEqual({ kind: 'retry_at', at: inSeconds(7.5), error });
    expect(stepOf(failed, { attempt: 2 })).toEqual({ kind: 'retry_at', at: inSeconds(15), error });
    expect(stepOf(failed, { attempt: 3 })).toEqual({ kind: 'finish_failed', error });
    expect(stepOf(failed, { attempt: 9 })).toEqual({ kind: 'finish_failed', error });
  });

  it('a failure that is not retryable finishes at once', () => {
    expect(stepOf({ ...failed, isRetryable: false })).toEqual({ kind: 'finish_failed', error });
  });

  it('a retry never comes before Retry-After, and only a little after it', () => {
    const told = retryAfter(120, error);
    expect(stepOf(told, { random: 0 })).toEqual({ kind: 'retry_at', at: inSeconds(120), error });
    expect(stepOf(told, { random: 1 })).toEqual({ kind: 'retry_at', at: inSeconds(133), error });
    expect(stepOf(retryAfter(-9, error), { random: 0 })).toEqual({ kind: 'retry_at', at: now, error });
    expect(stepOf(told, { attempt: 3 })).toEqual({ kind: 'finish_failed', error });
  });

  it('a snooze does not use up an attempt, even the last one', () => {
    expect(stepOf(snoozed(60), { attempt: 3 })).toEqual({
      kind: 'snooze_until',
      at: inSeconds(60),
    });
    expect(stepOf(snoozed(0))).toEqual({ kind: 'snooze_until', at: inSeconds(1) });
  });

  it('a run that only snoozes fails in the end [rule 31: every run ends]', () => {
    expect(stepOf(snoozed(60), { snoozes: snoozesMax })).toMatchObject({
      kind: 'finish_failed',
    });
  });
});
