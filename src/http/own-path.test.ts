import { describe, expect, it } from 'vitest';
import { ownPath, signInPath } from './own-path.ts';

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
  ])('refuses what could lead elsewhere: %j', (path) => {
    expect(ownPath(path)).toBe('/');
  });

  it('drops the fragment, which the server never sees', () => {
    expect(ownPath('/jobs#x')).toBe('/jobs');
  });
});

describe('signInPath', () => {
  it('carries the wanted page along', () => {
    expect(signInPath('/jobs?q=a b')).toBe('/sign-in?next=%2Fjobs%3Fq%3Da%2520b');
  });

  it('carries nothing for the start page', () => {
    expect(signInPath('/')).toBe('/sign-in');
    expect(signInPath(null)).toBe('/sign-in');
  });
});
