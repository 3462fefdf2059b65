import { readReportLimitPerMinute } from '#data/env.ts';
import type { Reporter } from '#data/reports.ts';
import { LimitExceededError } from '#domain/errors.ts';
import { takeToken, type TokenBucket } from '#domain/token-bucket.ts';

// One bucket per valid key, so the number of keys limits the number of buckets.
const buckets = new Map<string, TokenBucket>();

/**
 * Counts a report against the limit of its key, in this process.
 * @throws LimitExceededError with the seconds to wait
 */
export function limitReporter(reporter: Reporter): void {
  const name = reporter.apiKeyId ?? 'webhook secret';
  const { bucket, waitSeconds } = takeToken(buckets.get(name), readReportLimitPerMinute(), performance.now());
  buckets.set(name, bucket);
  if (waitSeconds > 0)
    throw new LimitExceededError('Too many reports with this key: try again later', waitSeconds);
}
