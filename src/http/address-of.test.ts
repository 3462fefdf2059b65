import { describe, expect, it } from 'vitest';
import { addressOf } from './address-of.ts';

describe('addressOf', () => {
  it('leaves out what is not given and encodes the rest', () => {
    expect(addressOf('/jobs', { q: 'a&b=日', state: null, tool: '' })).toBe('/jobs?q=a%26b%3D%E6%97%A5');
    expect(addressOf('/jobs', { q: undefined })).toBe('/jobs');
  });
});
