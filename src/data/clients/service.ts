import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { Database } from '#data/database.types.ts';
import { readServiceSettings } from '#data/env.ts';
import { boundedFetch } from './bounded-fetch.ts';

export type ServiceClient = SupabaseClient<Database>;

let client: ServiceClient | undefined;

/**
 * The client that row level security does not hold. Only verbs that have no signed-in person use it: reports,
 * invitations before sign-in, the scheduler and the worker. Never a fallback for the request client.
 * @throws ConfigurationError when a setting is missing
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
 * A client of its own for what an API key asks for: not held by row level security either, but audit rows name the key.
 * The header means nothing from anybody but the service role (private.current_actor).
 */
export function createApiKeyClient(apiKeyId: string): ServiceClient {
  const { url, secretKey } = readServiceSettings();
  return createClient<Database>(url, secretKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { headers: { 'x-tc-portal-api-key-id': apiKeyId } },
  });
}
