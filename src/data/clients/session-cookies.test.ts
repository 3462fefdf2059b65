import { afterEach, expect, test, vi } from 'vitest';
import { sessionCookieOptions } from '#data/clients/session-cookies.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each([
  ['http', false],
  ['https', true],
  ['https, http', true],
  [null, false],
])('a request by %s', (scheme, secure) => {
  const headers = new Headers(scheme === null ? {} : { 'x-forwarded-proto': scheme });
  expect(sessionCookieOptions(headers)).toEqual({ httpOnly: true, secure });
});

test('pages that listen to Realtime need the token', () => {
  vi.stubEnv('TC_PORTAL_REALTIME', '1');
  vi.stubEnv('NEXT_PUBLIC_SUPABASE_URL', 'https://abc.supabase.co');
  vi.stubEnv('NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY', 'sb_publishable_x');
  expect(sessionCookieOptions(new Headers()).httpOnly).toBe(false);
});
