import { describe, expect, it } from 'vitest';
import { addressOf, ownPath, signInPath } from './paths.ts';

describe('addressOf', () => {
  it('omits missing values and encodes the rest', () => {
    expect(addressOf('/jobs', { q: 'a&b=日', state: null, tool: '' })).toBe('/jobs?q=a%26b%3D%E6%97%A5');
    expect(addressOf('/jobs', { q: undefined })).toBe('/jobs');
  });

  it('adds to an existing query', () => {
    expect(addressOf('/runs?state=failed', { run: '1' })).toBe('/runs?state=failed&run=1');
  });
});

describe('ownPath', () => {
  it.each(['/', '/incidents', '/jobs/1?outcome=failed&page=2', '/settings/audit-log?before=12'])(
    'keeps a path of the portal: %s',
    (path) => {
      expect(ownPath(path)).toBe(path);
    },
  );

  it.each([
    'https://evil.example/',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/..//evil.example',
    '/.//evil.example',
    'javascript:alert(1)',
    'evil.example',
    '',
    `/${'a'.repeat(2001)}`,
  ])('rejects what could lead to another site: %j', (path) => {
    expect(ownPath(path)).toBe('/');
  });

  it('drops the fragment, which the server never sees', () => {
    expect(ownPath('/jobs#x')).toBe('/jobs');
  });
});

describe('signInPath', () => {
  it('contains the requested page', () => {
    expect(signInPath('/jobs?q=a b')).toBe('/sign-in?next=%2Fjobs%3Fq%3Da%2520b');
  });

  it('contains nothing for the start page', () => {
    expect(signInPath('/')).toBe('/sign-in');
    expect(signInPath(null)).toBe('/sign-in');
  });
});
