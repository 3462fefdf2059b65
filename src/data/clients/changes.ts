import { createBrowserClient } from '@supabase/ssr';

/** Where a browser receives changes: a project with Supabase Realtime, and the company to watch. */
export interface ChangeSource {
  url: string;
  publishableKey: string;
  tenantId: string;
}

/**
 * Listens for a company's changes over Supabase Realtime, with the session in the browser's cookies. Triggers send the
 * messages (private.announce_change), which say only that something changed.
 * @returns a function that stops listening
 */
export async function listenForChanges(
  { url, publishableKey, tenantId }: ChangeSource,
  on: { change: () => void; state: (isListening: boolean) => void },
): Promise<() => void> {
  // The proxy refreshes the session; a second client would use up the first one's refresh token.
  const client = createBrowserClient(url, publishableKey, {
    isSingleton: false,
    auth: { autoRefreshToken: false, detectSessionInUrl: false },
  });
  const channel = client
    .channel(`tenant:${tenantId}`, { config: { private: true } })
    .on('broadcast', { event: 'changed' }, on.change);
  // A private channel rejects a client that joins before its session is known.
  await client.realtime.setAuth();
  channel.subscribe((state) => on.state(state === 'SUBSCRIBED'));
  return () => void client.removeChannel(channel).finally(() => client.realtime.disconnect());
}
