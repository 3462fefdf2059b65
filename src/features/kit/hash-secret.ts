import { createHash, timingSafeEqual } from 'node:crypto';

/** SHA-256 in hex, as `api_keys.key_hash` holds it. Enough for keys of 256 random bits, never for passwords. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether a given secret is one of the known ones, in a time that tells nothing about them (contract, 401). */
export function isKnownSecret(given: string, known: readonly string[]): boolean {
  const digest = createHash('sha256').update(given).digest();
  let isKnown = false;
  for (const secret of known) {
    if (timingSafeEqual(digest, createHash('sha256').update(secret).digest())) isKnown = true;
  }
  return isKnown;
}
