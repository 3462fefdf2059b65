import { limits, resultCharactersMax } from '#domain/limits.ts';
import type { FinishedAttempt, ClaimedRun } from '#data/run-queue.ts';
import { cleanMessage, OwnError } from '#domain/message.ts';
import { say } from '#domain/portal-messages.ts';
import { redactSecrets } from '#domain/redaction.ts';
import { clipMessage, cleanText } from '#domain/excerpt.ts';
import { errorShapeOf, type ErrorShape } from '#domain/run/error-shape.ts';
import { nextStep, type Outcome } from '#domain/run/outcome.ts';

/** The parts of a claimed run that decide its next step. */
export type Tried = Pick<
  ClaimedRun,
  | 'runId'
  | 'attemptToken'
  | 'attempt'
  | 'maxAttempts'
  | 'snoozeCount'
  | 'backoffSeconds'
  | 'maxBackoffSeconds'
>;

/** The attempt exceeded the job's timeout. */
export class AttemptTimeoutError extends OwnError {
  override name = 'AttemptTimeoutError';

  constructor(seconds: number) {
    super(say('run.timedOut', { seconds }));
    this.stack = undefined;
  }
}

function redactDeep(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return redactSecrets(cleanText(value), secrets);
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [cleanText(name), redactDeep(item, secrets)]),
  );
}

/** Converts a plugin's result for storage: JSON, without secrets, limited in size. */
export function storedResult(result: unknown, secrets: readonly string[]): unknown {
  if (result === null || result === undefined) return undefined;
  try {
    const text = JSON.stringify(result);
    if (text === undefined) return undefined;
    if (text.length > resultCharactersMax) {
      return { problem: `The result was larger than ${resultCharactersMax} characters and was not kept` };
    }
    return redactDeep(JSON.parse(text), secrets);
  } catch {
    return { problem: 'The result was not JSON and was not kept' };
  }
}

/** Converts a thrown value for storage: clipped, without secrets. */
export function storedError(thrown: unknown, secrets: readonly string[]): ErrorShape {
  return errorShapeOf(thrown, (text) => redactSecrets(text, secrets));
}

const eventsMax = 2_147_483_647;

function extrasOf(outcome: Outcome, secrets: readonly string[]): Partial<FinishedAttempt> {
  if (outcome.kind === 'failed') return { result: storedResult(outcome.result, secrets) };
  if (outcome.kind !== 'success') return {};
  const { message, eventsProcessed, result, cursor } = outcome;
  return {
    message:
      message === null
        ? null
        : cleanMessage(message, (text) => clipMessage(redactSecrets(cleanText(text), secrets))),
    eventsProcessed:
      eventsProcessed !== null && Number.isFinite(eventsProcessed)
        ? Math.min(Math.max(0, Math.round(eventsProcessed)), eventsMax)
        : null,
    result: storedResult(result, secrets),
    cursor: cursor === null ? null : cleanText(cursor).slice(0, limits.jobs.cursor.max),
  };
}

/** Decides what an attempt's outcome means for its run: done, failed, retried or postponed [rule 25: time-out and retry]. */
export function resultOf(
  run: Tried,
  outcome: Outcome,
  { now, random, secrets }: { now: Date; random: number; secrets: readonly string[] },
): FinishedAttempt {
  const { runId, attemptToken, attempt, maxAttempts, snoozeCount, backoffSeconds, maxBackoffSeconds } = run;
  const step = nextStep({
    outcome,
    attempt,
    snoozes: snoozeCount,
    policy: { maxAttempts, backoffSeconds, maxBackoffSeconds },
    now,
    random,
  });
  const isTimeOut = outcome.kind === 'failed' && outcome.error instanceof AttemptTimeoutError;
  const base = { runId, attemptToken, ...extrasOf(outcome, secrets) };
  switch (step.kind) {
    case 'finish_success':
      return { ...base, state: 'success', attemptOutcome: 'success' };
    case 'finish_canceled':
      return { ...base, state: 'canceled', attemptOutcome: 'canceled' };
    case 'finish_failed': {
      const error = storedError(step.error, secrets);
      return {
        ...base,
        state: 'failed',
        attemptOutcome: isTimeOut ? 'timed_out' : 'failed',
        error,
        message: error.message,
      };
    }
    case 'retry_at':
      return {
        ...base,
        state: 'pending',
        attemptOutcome: isTimeOut ? 'timed_out' : 'retry',
        delaySeconds: (step.at.getTime() - now.getTime()) / 1_000,
        error: storedError(step.error, secrets),
      };
    case 'snooze_until':
      return {
        ...base,
        state: 'pending',
        attemptOutcome: 'snoozed',
        delaySeconds: (step.at.getTime() - now.getTime()) / 1_000,
      };
  }
}
