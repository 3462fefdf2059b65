import { retryAfterSecondsMax, snoozeSecondsMax } from '#domain/limits.ts';
import { OwnError, type OwnMessage, plainError } from '#domain/message.ts';
import { say } from '#domain/portal-messages.ts';
import { backoffSeconds } from './retry-policy.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** The outcome of an attempt of a built-in or remote plugin, or of one that timed out. */
export type Outcome =
  | {
      kind: 'success';
      message: string | OwnMessage | null;
      eventsProcessed: number | null;
      /** JSON of at most 64 KiB. */
      result: unknown;
      /** Null keeps the cursor unchanged. */
      cursor: string | null;
    }
  | { kind: 'failed'; error: unknown; isRetryable: boolean; result: unknown }
  | { kind: 'retryAfter'; seconds: number; error: unknown }
  | { kind: 'canceled' }
  | { kind: 'snoozed'; seconds: number };

/** The attempt succeeded. The cursor is stored together with the success, or not at all [rule 28: cursor]. */
export function success(
  told: {
    message?: string | OwnMessage | null | undefined;
    eventsProcessed?: number | null | undefined;
    result?: unknown;
    cursor?: string | null | undefined;
  } = {},
): Outcome {
  return {
    kind: 'success',
    message: told.message ?? null,
    eventsProcessed: told.eventsProcessed ?? null,
    result: told.result ?? null,
    cursor: told.cursor ?? null,
  };
}

/** The attempt failed; it is tried again if the job has attempts left. */
export function failed(error: unknown, result: unknown = null): Outcome {
  return { kind: 'failed', error, isRetryable: !(error instanceof NonRetryableError), result };
}

/** The attempt failed, and the server said when to try again (429, 503). */
export function retryAfter(seconds: number, error: unknown): Outcome {
  return { kind: 'retryAfter', seconds, error };
}

/** The attempt stopped because it was asked to. */
export function canceled(): Outcome {
  return { kind: 'canceled' };
}

/** Nothing to do yet: try again later. Does not use up an attempt. */
export function snoozed(seconds: number): Outcome {
  return { kind: 'snoozed', seconds };
}

/** Trying again would fail the same way: a wrong setting, a forbidden target. */
export class NonRetryableError extends OwnError {
  override name = 'NonRetryableError';
}

export type NextStep =
  | { kind: 'finish_success' }
  | { kind: 'finish_failed'; error: unknown }
  | { kind: 'finish_canceled' }
  | { kind: 'retry_at'; at: Date; error: unknown }
  | { kind: 'snooze_until'; at: Date };

/** A run that only ever snoozes must finish too [rule 31: every run ends]. */
export const snoozesMax = 100;

const tooManySnoozes = () =>
  plainError('TooManySnoozesError', say('run.tooManySnoozes', { count: snoozesMax }));

/**
 * Decides what happens to a run after an attempt [rule 25: time-out and retry].
 *
 * @param attempt number of the finished attempt, starting at 1; a snooze does not count
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
  outcome: Outcome;
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
    case 'retryAfter': {
      const { error } = outcome;
      if (attempt >= policy.maxAttempts) return { kind: 'finish_failed', error };
      // Not before the requested time, and a little later, so that all who got the same answer do not return together.
      const asked = Math.min(Math.max(outcome.seconds, 0), retryAfterSecondsMax);
      const jitter = random * Math.min(1 + asked / 10, 60);
      return { kind: 'retry_at', at: later(asked + jitter), error };
    }
    case 'snoozed':
      if (snoozes >= snoozesMax) return { kind: 'finish_failed', error: tooManySnoozes() };
      return { kind: 'snooze_until', at: later(Math.min(Math.max(outcome.seconds, 1), snoozeSecondsMax)) };
  }
}
