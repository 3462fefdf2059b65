import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { Database } from '#data/database.types.ts';
import { readServiceSettings } from '#data/env.ts';

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
      auth: { persistSession: false, autoRefreshToken: false },
    });
  }
  return client;
}
