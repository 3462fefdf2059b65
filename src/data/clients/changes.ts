import { createBrowserClient } from '@supabase/ssr';

/** Where a browser hears of changes: a project that has Supabase Realtime, and the company whose changes it wants. */
export interface ChangeSource {
  url: string;
  publishableKey: string;
  tenantId: string;
}

/**
 * Listens for changes of a company over Supabase Realtime, as the person whose session the browser's cookies hold. The
 * messages come from triggers (private.announce_change) and say only that something has changed.
 * @returns what ends the listening
 */
export async function listenForChanges(
  { url, publishableKey, tenantId }: ChangeSource,
  on: { change: () => void; state: (isListening: boolean) => void },
): Promise<() => void> {
  // The proxy refreshes the session; two that do would take each other's refresh token.
  const client = createBrowserClient(url, publishableKey, {
    isSingleton: false,
    auth: { autoRefreshToken: false, detectSessionInUrl: false },
  });
  const channel = client
    .channel(`tenant:${tenantId}`, { config: { private: true } })
    .on('broadcast', { event: 'changed' }, on.change);
  // A private channel is refused to who joins before the session is known.
  await client.realtime.setAuth();
  channel.subscribe((state) => on.state(state === 'SUBSCRIBED'));
  return () => void client.removeChannel(channel).finally(() => client.realtime.disconnect());
}
