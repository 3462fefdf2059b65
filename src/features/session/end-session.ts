import { createRequestClient } from '#data/clients/request.ts';

/** Ends this session, and only this one. Nobody being signed in is as good. */
export async function endSession(): Promise<void> {
  const client = await createRequestClient();
  // The cookies go even when Supabase is away; the refresh token then runs out by itself.
  await client.auth.signOut({ scope: 'local' });
}
