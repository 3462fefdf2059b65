import { say } from '#domain/portal-messages.ts';
import { NonRetryableError } from './contract.ts';

const placeholder = /\{\{\s*secret\.([a-z][a-z0-9_]{0,63})\s*\}\}/g;

/** Names of the secrets that a text refers to as `{{secret.name}}`. */
export function secretsNamedIn(text: string): string[] {
  return [...text.matchAll(placeholder)].map(([, name = '']) => name);
}

/**
 * The text with the job's secrets in place of `{{secret.name}}`; for what leaves the worker, never for a log.
 * @throws NonRetryableError for a secret that the job does not have
 */
export function fillSecrets(text: string, secrets: Readonly<Record<string, string>>): string {
  return text.replaceAll(placeholder, (_whole, name: string) => {
    const value = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
    if (value === undefined) throw new NonRetryableError(say('run.noSecret', { name }));
    return value;
  });
}
