import { expect, it } from 'vitest';
import { takeToken, type TokenBucket } from '#domain/token-bucket.ts';

it("accepts one minute's reports at once; the next one waits for a token", () => {
  let bucket: TokenBucket | undefined;
  for (let taken = 0; taken < 60; taken += 1) {
    const answer = takeToken(bucket, 60, 1000);
    expect(answer.waitSeconds).toBe(0);
    bucket = answer.bucket;
  }
  expect(takeToken(bucket, 60, 1000).waitSeconds).toBe(1);
  expect(takeToken(bucket, 60, 1999).waitSeconds).toBe(1);
  expect(takeToken(bucket, 60, 2000).waitSeconds).toBe(0);
});

it('waits a minute with a limit of one per minute', () => {
  const { bucket } = takeToken(undefined, 1, 0);
  expect(takeToken(bucket, 1, 0).waitSeconds).toBe(60);
});

it('a clock set back neither fills nor empties the bucket', () => {
  const { bucket } = takeToken({ tokens: 5, countedAtMs: 10_000 }, 60, 0);
  expect(bucket.tokens).toBe(4);
});

it("a bucket never holds more than one minute's tokens", () => {
  expect(takeToken({ tokens: 5, countedAtMs: 0 }, 60, 86_400_000).bucket.tokens).toBe(59);
});
