import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { Database } from '#data/database.types.ts';
import { readServiceSettings } from '#data/env.ts';
import { boundedFetch } from './bounded-fetch.ts';

export type ServiceClient = SupabaseClient<Database>;

let client: ServiceClient | undefined;

/**
 * Returns the client that bypasses row level security. Only verbs without a signed-in user use it: reports, invitations
 * before sign-in, the scheduler and the worker. Never a fallback for the request client.
 * @throws ConfigurationError if a setting is missing
 */
export function createServiceClient(): ServiceClient {
  if (!client) {
    const { url, secretKey } = readServiceSettings();
    client = createClient<Database>(url, secretKey, {
      global: { fetch: boundedFetch },
      auth: { persistSession: false, autoRefreshToken: false },
    });
  }
  return client;
}

/**
 * Creates a client for requests of an API key. It bypasses row level security too, but audit rows name the key. Only the
 * service role can set this header (private.current_actor).
 */
export function createApiKeyClient(apiKeyId: string): ServiceClient {
  const { url, secretKey } = readServiceSettings();
  return createClient<Database>(url, secretKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { fetch: boundedFetch, headers: { 'x-tc-portal-api-key-id': apiKeyId } },
  });
}
