import { say } from '#domain/portal-messages.ts';
import { NonRetryableError } from './contract.ts';

const placeholder = /\{\{\s*secret\.([a-z][a-z0-9_]{0,63})\s*\}\}/g;

/** Returns the names of the secrets that a text refers to as `{{secret.name}}`. */
export function secretsNamedIn(text: string): string[] {
  return [...text.matchAll(placeholder)].map(([, name = '']) => name);
}

/**
 * Replaces `{{secret.name}}` with the job's secrets. Use the result only in outgoing calls, never in a log.
 * @throws NonRetryableError for a secret that the job does not have
 */
export function fillSecrets(text: string, secrets: Readonly<Record<string, string>>): string {
  return text.replaceAll(placeholder, (_whole, name: string) => {
    const value = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
    if (value === undefined) throw new NonRetryableError(say('run.noSecret', { name }));
    return value;
  });
}
