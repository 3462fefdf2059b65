import { expect, it } from 'vitest';
import { hashSecret } from './hash-secret.ts';

it('a hash is SHA-256 in hex, as the database keeps it', () => {
  expect(hashSecret('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
