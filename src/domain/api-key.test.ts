import { expect, it } from 'vitest';
import { apiKeyPrefix, formatApiKey, isApiKey, parseApiKeyScopes } from '#domain/api-key.ts';

it('a new key has the format of a key and a prefix that the database accepts', () => {
  const key = formatApiKey(new Uint8Array(32).fill(0xff));
  expect(key).toBe(`tcp_${'_'.repeat(42)}8`);
  expect(isApiKey(key)).toBe(true);
  expect(apiKeyPrefix(key)).toBe('tcp_________');
});

it('a key from too few random bytes is rejected', () => {
  expect(() => formatApiKey(new Uint8Array(16))).toThrow(RangeError);
});

it.each([
  '',
  'tcp_',
  'tcp_short',
  'xyz_0123456789012345678901234567890123456789012',
  `tcp_${'x'.repeat(30)} `,
])('%j does not have the format of a key', (text) => {
  expect(isApiKey(text)).toBe(false);
});

it('an unknown scope gives no rights', () => {
  expect(parseApiKeyScopes(['report', 'root'])).toEqual(['report']);
});
