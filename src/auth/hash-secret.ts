import { hash, timingSafeEqual } from 'node:crypto';

/** Returns the SHA-256 in hex, as in `api_keys.key_hash`. Safe for keys of 256 random bits, never for passwords. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** Whether a secret is one of the known ones; the comparison time reveals nothing about them [contract: reports]. */
export function isKnownSecret(given: string, known: readonly string[]): boolean {
  const digest = hash('sha256', given, 'buffer');
  let isKnown = false;
  for (const secret of known) {
    if (timingSafeEqual(digest, hash('sha256', secret, 'buffer'))) isKnown = true;
  }
  return isKnown;
}
