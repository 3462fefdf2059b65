import { readRealtimeSettings } from '#data/env.ts';

/**
 * How the session's cookies are kept: out of reach of scripts, unless pages listen to Supabase Realtime themselves, which
 * needs the token; and off plain http where the request came by https.
 */
export function sessionCookieOptions(headers: Pick<Headers, 'get'>): { httpOnly: boolean; secure: boolean } {
  const scheme = headers.get('x-forwarded-proto')?.split(',')[0]?.trim();
  return { httpOnly: readRealtimeSettings() === null, secure: scheme === 'https' };
}
