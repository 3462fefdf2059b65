import { backoffSeconds, retryAfterSecondsMax } from './retry-policy.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { ErrorShape } from './error-shape.ts';

/** How an attempt ended: the vocabulary of plugins, built in and remote. */
export type AttemptOutcome =
  | { kind: 'success' }
  | { kind: 'failed'; error: ErrorShape; isRetryable: boolean }
  /** Failed, and the target said when to come back (429, 503). */
  | { kind: 'retry_after'; error: ErrorShape; seconds: number }
  | { kind: 'canceled' }
  /** Nothing to do yet: look again later. Not a failure, burns no attempt. */
  | { kind: 'snoozed'; seconds: number };

export type NextStep =
  | { kind: 'finish_success' }
  | { kind: 'finish_failed'; error: ErrorShape }
  | { kind: 'finish_canceled' }
  | { kind: 'retry_at'; at: Date; error: ErrorShape }
  | { kind: 'snooze_until'; at: Date };

/** A run that only ever snoozes must end too [rule 31: every run ends]. */
export const snoozesMax = 100;
const snoozeSecondsMax = 86_400;

/**
 * What happens to a run after an attempt [rule 25: time-out and retry].
 *
 * @param attempt number of the attempt that has finished, 1 for the first; a snooze does not count
 * @param snoozes how often the run has snoozed before
 * @param random from 0 to below 1, for the jitter
 */
export function nextStep({
  outcome,
  attempt,
  snoozes,
  policy,
  now,
  random,
}: {
  outcome: AttemptOutcome;
  attempt: number;
  snoozes: number;
  policy: RetryPolicy;
  now: Date;
  random: number;
}): NextStep {
  const later = (seconds: number) => new Date(now.getTime() + Math.ceil(seconds * 1000));
  switch (outcome.kind) {
    case 'success':
      return { kind: 'finish_success' };
    case 'canceled':
      return { kind: 'finish_canceled' };
    case 'failed': {
      const { error, isRetryable } = outcome;
      if (!isRetryable || attempt >= policy.maxAttempts) return { kind: 'finish_failed', error };
      return { kind: 'retry_at', at: later(backoffSeconds(policy, attempt, random)), error };
    }
    case 'retry_after': {
      const { error } = outcome;
      if (attempt >= policy.maxAttempts) return { kind: 'finish_failed', error };
      // Not earlier than asked, and a little later, so that those who were told the same do not collide.
      const asked = Math.min(Math.max(outcome.seconds, 0), retryAfterSecondsMax);
      const jitter = random * Math.min(1 + asked / 10, 60);
      return { kind: 'retry_at', at: later(asked + jitter), error };
    }
    case 'snoozed':
      if (snoozes >= snoozesMax) return { kind: 'finish_failed', error: tooManySnoozes };
      return { kind: 'snooze_until', at: later(Math.min(Math.max(outcome.seconds, 1), snoozeSecondsMax)) };
  }
}

const tooManySnoozes: ErrorShape = {
  name: 'TooManySnoozesError',
  message: `The run has snoozed ${snoozesMax} times without getting anything done.`,
  stack: null,
};
