/** The tokens left, and when they were counted. */
export interface TokenBucket {
  tokens: number;
  countedAtMs: number;
}

/**
 * Takes one token from a bucket that holds one minute's tokens and fills evenly.
 * @returns the bucket afterwards, and the seconds to wait if it was empty (0 if a token was taken)
 */
export function takeToken(
  bucket: TokenBucket | undefined,
  limitPerMinute: number,
  nowMs: number,
): { bucket: TokenBucket; waitSeconds: number } {
  const perMs = limitPerMinute / 60_000;
  const passedMs = bucket ? Math.max(0, nowMs - bucket.countedAtMs) : 0;
  const tokens = bucket ? Math.min(limitPerMinute, bucket.tokens + passedMs * perMs) : limitPerMinute;
  if (tokens < 1) {
    const waitSeconds = Math.max(1, Math.ceil((1 - tokens) / perMs / 1000));
    return { bucket: { tokens, countedAtMs: nowMs }, waitSeconds };
  }
  return { bucket: { tokens: tokens - 1, countedAtMs: nowMs }, waitSeconds: 0 };
}
