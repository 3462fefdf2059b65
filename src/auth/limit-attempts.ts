import { createServiceClient } from '#data/clients/service.ts';
import { unwrap } from '#data/unwrap.ts';
import { LimitExceededError } from '#domain/errors.ts';
import { hashSecret } from './hash-secret.ts';

const windowSeconds = 15 * 60;

// Whoever can invent addresses (X-Forwarded-For without a proxy of ours in front) still meets the limit per e-mail.
const limits = { pair: 10, email: 50, address: 100 };

/**
 * Counts an attempt to prove who one is. The database counts, so the limit holds across portals; it sees hashes only.
 * @throws LimitExceededError with the time to wait, UnavailableError
 */
export async function limitAttempts(email: string, clientAddress: string): Promise<void> {
  const client = createServiceClient();
  const person = email.toLowerCase();
  const buckets = [
    { subject: `pair ${person} ${clientAddress}`, limit: limits.pair },
    { subject: `email ${person}`, limit: limits.email },
    { subject: `address ${clientAddress}`, limit: limits.address },
  ];
  const waits = await Promise.all(
    buckets.map(async ({ subject, limit }) =>
      unwrap(
        await client.rpc('take_attempt', {
          p_bucket: `sign-in ${hashSecret(subject)}`,
          p_limit: limit,
          p_window_seconds: windowSeconds,
        }),
      ),
    ),
  );
  const retryAfterSeconds = Math.max(...waits);
  if (retryAfterSeconds > 0) throw new LimitExceededError('Too many attempts', retryAfterSeconds);
}
