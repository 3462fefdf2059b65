import { describe, expect, it } from 'vitest';
import { NonRetryableError } from './contract.ts';
import { fillSecrets, secretsNamedIn } from './secret-placeholders.ts';

const secrets = { api_key: 'k-1', other: '{{secret.api_key}} $& $1' };

describe('placeholders for secrets [rule 34: keys and secrets]', () => {
  it.each([
    ['Bearer {{secret.api_key}}', 'Bearer k-1'],
    ['{{ secret.api_key }}/{{secret.api_key}}', 'k-1/k-1'],
    // The value of a secret is neither a placeholder nor a replacement pattern.
    ['{{secret.other}}', '{{secret.api_key}} $& $1'],
    ['nothing here', 'nothing here'],
    ['{{secret.}} {{secret.API_KEY}} {{other.api_key}} {secret.api_key}', null],
  ])('%s is replaced by %s', (text, filled) => {
    expect(fillSecrets(text, secrets)).toBe(filled ?? text);
  });

  it.each(['missing', 'constructor', 'to_string'])(
    'fail for a secret that the job does not have: %s',
    (name) => {
      expect(() => fillSecrets(`{{secret.${name}}}`, secrets)).toThrow(NonRetryableError);
    },
  );

  it('are listed in order, with repetitions', () => {
    expect(secretsNamedIn('{{secret.b}} {{ secret.a }} {{secret.b}} {{secret.}}')).toEqual(['b', 'a', 'b']);
  });
});
