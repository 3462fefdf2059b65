import { readRealtimeSettings } from '#data/env.ts';

/**
 * Returns the session cookie options: hidden from scripts unless pages use Supabase Realtime, which needs the token; and
 * https only if the request came by https.
 */
export function sessionCookieOptions(headers: Pick<Headers, 'get'>): { httpOnly: boolean; secure: boolean } {
  const scheme = headers.get('x-forwarded-proto')?.split(',')[0]?.trim();
  return { httpOnly: readRealtimeSettings() === null, secure: scheme === 'https' };
}
