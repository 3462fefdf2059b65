import { createServiceClient } from '#data/clients/service.ts';
import { unwrap } from '#data/unwrap.ts';
import { LimitExceededError } from '#domain/errors.ts';
import { hashSecret } from './hash-secret.ts';

const windowSeconds = 15 * 60;

// A client that can forge addresses (X-Forwarded-For without a proxy of ours) still hits the limit per email address.
const limits = { pair: 10, email: 50, address: 100 };

/**
 * Counts a sign-in or similar attempt. The database counts, so the limit applies across portals; it only gets hashes.
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
