import { hash, timingSafeEqual } from 'node:crypto';
import { settingOf } from '#domain/setting.ts';

/**
 * Returns a sent secret without what a file or shell left around it, as for the portal's own settings. A byte order mark arrives
 * as Latin-1.
 */
export const secretIn = (sent: string): string => settingOf(sent.replace(/^\u00ef\u00bb\u00bf/, '')) ?? '';

/** Whether a secret is one of the known ones; the comparison time reveals nothing about them [contract: reports]. */
export function isKnownSecret(given: string, known: readonly string[]): boolean {
  const digest = hash('sha256', given, 'buffer');
  let isKnown = false;
  for (const secret of known) {
    if (timingSafeEqual(digest, hash('sha256', secret, 'buffer'))) isKnown = true;
  }
  return isKnown;
}

/**
 * Says why a secret is not known, in words that are safe in a log. The response never says it.
 * @param given null if none was sent
 */
export function whyUnknown(given: string | null, known: readonly string[]): string {
  if (given === null) return 'no secret was sent';
  if (given === '') return 'the sent secret is empty';
  if (/^(\$\{?\w+\}?|%\w+%|\$env:\w+|<[A-Z_]+>)$/i.test(given))
    return 'the name of the secret was sent instead of its value';
  if (/^["']|["']$/.test(given)) return 'the sent secret has a quotation mark at its start or end';
  if (given !== given.trim() || /^\u00ef\u00bb\u00bf/.test(given))
    return 'the sent secret has a blank or a byte order mark at its start or end';
  if (/^(bearer|basic) /i.test(given)) return 'the sent secret starts with the name of a scheme';
  if (/[^\u0021-\u007e]/.test(given)) return 'the sent secret contains a character that is not plain ASCII';
  const lower = known.map((secret) => secret.toLowerCase());
  if (isKnownSecret(given.toLowerCase(), lower))
    return 'the sent secret differs only in upper and lower case';
  return 'the sent secret is another one';
}
