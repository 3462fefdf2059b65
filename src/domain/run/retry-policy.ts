import { retryAfterSecondsMax } from '#domain/limits.ts';

/** How often a failed attempt is retried, and how long it waits before that [rule 25: time-out and retry]. */
export interface RetryPolicy {
  /** Total number of attempts, including the first; 1 never retries. */
  maxAttempts: number;
  /** Wait after the first attempt; it doubles after each further one. */
  backoffSeconds: number;
  maxBackoffSeconds: number;
}

export const defaultRetryPolicy: RetryPolicy = { maxAttempts: 3, backoffSeconds: 10, maxBackoffSeconds: 600 };

/**
 * Returns the seconds to wait after attempt number `attempt` (the first is 1): exponential, with equal jitter. At least half
 * of the nominal wait protects a broken target; the other half is random, so that a thousand runs that failed together do not
 * retry together.
 *
 * @param random from 0 to below 1
 */
export function backoffSeconds(policy: RetryPolicy, attempt: number, random: number): number {
  // Limit the exponent first: 2^1024 is Infinity, and Infinity times zero is NaN.
  const doublings = Math.min(Math.max(attempt - 1, 0), 32);
  const nominal = Math.min(policy.backoffSeconds * 2 ** doublings, policy.maxBackoffSeconds);
  return nominal / 2 + (nominal / 2) * random;
}

/**
 * Reads the wait of a `Retry-After` header, in seconds from `now`: whole seconds or an HTTP date (RFC 9110, 10.2.3). Never
 * negative, at most a day; null if the header is unreadable.
 */
export function parseRetryAfter(header: string, now: Date): number | null {
  const text = header.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text), retryAfterSecondsMax);
  // Date.parse alone would read '12' or '-5' as a year; an HTTP date starts with the name of a day.
  if (!/^(mon|tue|wed|thu|fri|sat|sun)/i.test(text)) return null;
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) return null;
  return Math.min(Math.max(Math.ceil((atMs - now.getTime()) / 1000), 0), retryAfterSecondsMax);
}
