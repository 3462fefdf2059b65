import { expect, it } from 'vitest';
import { hashSecret, isKnownSecret } from './hash-secret.ts';

it('a hash is SHA-256 in hex, as stored in the database', () => {
  expect(hashSecret('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

it('a secret is known only if it equals one of the secrets', () => {
  expect(isKnownSecret('one', ['one', 'two'])).toBe(true);
  expect(isKnownSecret('two', ['one', 'two'])).toBe(true);
  expect(isKnownSecret('on', ['one', 'two'])).toBe(false);
  expect(isKnownSecret('', ['one', 'two'])).toBe(false);
  expect(isKnownSecret('one', [])).toBe(false);
});
