/** How often and how long a failed attempt waits before the next one [rule 25: time-out and retry]. */
export interface RetryPolicy {
  /** Attempts altogether, the first included; 1 never retries. */
  maxAttempts: number;
  /** Wait after the first attempt; each further one doubles it. */
  backoffSeconds: number;
  maxBackoffSeconds: number;
}

export const defaultRetryPolicy: RetryPolicy = { maxAttempts: 3, backoffSeconds: 10, maxBackoffSeconds: 600 };

/** A foreign server may ask for a longer wait than our own bound, but not park a run for ever. */
export const retryAfterSecondsMax = 86_400;

/**
 * Seconds to wait after attempt number `attempt` (1 is the first), exponential with equal jitter: at least half
 * of the nominal wait, so that a broken target is left alone, and spread over the other half, so that a
 * thousand runs that failed together do not come back together.
 *
 * @param random from 0 to below 1
 */
export function backoffSeconds(policy: RetryPolicy, attempt: number, random: number): number {
  // 2^1024 is Infinity and Infinity times zero is NaN, so the exponent is bounded first.
  const doublings = Math.min(Math.max(attempt - 1, 0), 32);
  const nominal = Math.min(policy.backoffSeconds * 2 ** doublings, policy.maxBackoffSeconds);
  return nominal / 2 + (nominal / 2) * random;
}

/**
 * The wait that a `Retry-After` header asks for, in seconds from `now`, or null when it cannot be read:
 * either whole seconds or an HTTP date (RFC 9110, 10.2.3). Never negative; at most a day.
 */
export function parseRetryAfter(header: string, now: Date): number | null {
  const text = header.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text), retryAfterSecondsMax);
  // Date.parse alone would read '12' or '-5' as a year; an HTTP date begins with the name of a day.
  if (!/^(mon|tue|wed|thu|fri|sat|sun)/i.test(text)) return null;
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) return null;
  return Math.min(Math.max(Math.ceil((atMs - now.getTime()) / 1000), 0), retryAfterSecondsMax);
}
