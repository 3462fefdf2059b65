import { readCronSecret } from '#data/env.ts';
import { ConfigurationError, UnauthenticatedError } from '#domain/errors.ts';
import { readBearer } from '#http/bearer.ts';
import { isKnownSecret, secretIn, whyUnknown } from './compare-secrets.ts';

/** Whether a request has the secret of the internal routes, compared in constant time. */
export function hasCronSecret(headers: Headers): boolean {
  const secret = readCronSecret();
  return secret !== undefined && isKnownSecret(secretIn(readBearer(headers) ?? ''), [secret]);
}

/** @throws ConfigurationError if no secret is set, UnauthenticatedError if the request does not have it */
export function requireCronSecret(headers: Headers): void {
  const secret = readCronSecret();
  if (secret === undefined) throw new ConfigurationError('CRON_SECRET is not set');
  if (hasCronSecret(headers)) return;
  const cause = whyUnknown(readBearer(headers) ?? null, [secret]);
  throw new UnauthenticatedError('Invalid or missing secret', { cause });
}
