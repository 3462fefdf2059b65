import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operations } from '#testing/api/description.ts';
import { readTarget } from './request-target.ts';

const paths = operations.map(({ path }) => path);
const slashes = fc.constantFrom('/', '//', '///', '\\', '/\\');
const ending = fc.constantFrom('', '/', '//', '/\\');
const query = fc.constantFrom('', '?', '?from=//cron/', '?a=%ff', '?http://x//');
const before = fc.constantFrom('', 'http://portal', 'HTTPS://portal.example.com:8443');

describe('the target of a request', () => {
  it('below /api does not depend on how slashes are written, for every operation [contract: every answer]', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.array(slashes, { minLength: 9 }),
        before,
        ending,
        query,
        (path, many, host, end, asked) => {
          let at = 0;
          const written = path.replaceAll('/', () => many[at++ % many.length]!);
          const target = host === '' ? written : host + written.replace(/^\\/, '/');
          expect(readTarget(target + end + asked)).toBe(path + asked);
        },
      ),
    );
  });

  it.each([
    '/api%2Fjobs',
    '/api/monitor%2Fjob-report',
    '/API/jobs',
    '/jobs//',
    '//jobs',
    '/sign-in/',
    '/apis//x/',
    '/',
    '//',
  ])('%s is none of them and stays as it is', (target) => expect(readTarget(target)).toBe(target));

  it.each([
    ['/api', '/api'],
    ['/api/', '/api'],
    ['//api//', '/api'],
    ['*', '/*'],
    ['', '/'],
    ['http://portal', '/'],
    ['http://portal?x=//', '/?x=//'],
  ])('%s means %s', (target, meant) => expect(readTarget(target)).toBe(meant));

  it('never has an escape that Next cannot read, and keeps every path that it can', () => {
    const part = fc.array(fc.constantFrom('a', '%', '%2', '%ff', '%E0%A4%A', '%C3%A9', '%2F', '/', '.'));
    fc.assert(
      fc.property(part, fc.constantFrom('/jobs/', '/api/scheduler/jobs/x'), (parts, start) => {
        const path = start + parts.join('').replaceAll('//', '');
        const target = readTarget(path);
        expect(() => decodeURIComponent(target)).not.toThrow();
        try {
          decodeURIComponent(path);
        } catch {
          return;
        }
        expect(target).toBe(
          start.startsWith('/api') ? path.replace(/\/$/, '').replaceAll(/\/+/g, '/') : path,
        );
      }),
    );
  });
});
