import { createRequestClient } from '#data/clients/request.ts';

/** Ends only this session. Does nothing if nobody is signed in. */
export async function endSession(): Promise<void> {
  const client = await createRequestClient();
  // The cookies are deleted even if Supabase is unavailable; the refresh token then expires by itself.
  await client.auth.signOut({ scope: 'local' });
}
