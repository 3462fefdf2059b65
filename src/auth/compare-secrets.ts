import { hash, timingSafeEqual } from 'node:crypto';

/** Whether a secret is one of the known ones; the comparison time reveals nothing about them [contract: reports]. */
export function isKnownSecret(given: string, known: readonly string[]): boolean {
  const digest = hash('sha256', given, 'buffer');
  let isKnown = false;
  for (const secret of known) {
    if (timingSafeEqual(digest, hash('sha256', secret, 'buffer'))) isKnown = true;
  }
  return isKnown;
}
