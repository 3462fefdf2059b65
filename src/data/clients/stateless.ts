import { createClient } from '@supabase/supabase-js';
import type { RequestClient } from '#data/clients/request.ts';
import type { Database } from '#data/database.types.ts';
import { readSupabaseSettings } from '#data/env.ts';
import { boundedFetch } from './bounded-fetch.ts';

/** Creates a client without a stored session, to check a password without changing the session of the request. */
export function createStatelessClient(): RequestClient {
  const { url, publishableKey } = readSupabaseSettings();
  return createClient<Database>(url, publishableKey, {
    global: { fetch: boundedFetch },
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
}
