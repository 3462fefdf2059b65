import { expect, it } from 'vitest';
import { isKnownSecret } from './compare-secrets.ts';

it('a secret is known when it is one of the secrets, whole', () => {
  expect(isKnownSecret('one', ['one', 'two'])).toBe(true);
  expect(isKnownSecret('two', ['one', 'two'])).toBe(true);
  expect(isKnownSecret('on', ['one', 'two'])).toBe(false);
  expect(isKnownSecret('', ['one', 'two'])).toBe(false);
  expect(isKnownSecret('one', [])).toBe(false);
});
