import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import postgres from 'postgres';
import type { Database } from '#data/database.types.ts';
import { ownSupabase } from '#testing/database/own-supabase.ts';

export type TestClient = SupabaseClient<Database>;

const options = { auth: { persistSession: false, autoRefreshToken: false } };

/** A superuser connection, to prepare and inspect data; the code under test uses a client. */
export const sql = postgres(ownSupabase.superuserUrl, { max: 2, idle_timeout: 1, onnotice: () => {} });

/** A client with the publishable key, not signed in. */
export function createAnonClient(): TestClient {
  const { url, publishableKey } = ownSupabase;
  return createClient<Database>(url, publishableKey, options);
}

/** A client with the secret key, which bypasses row level security. */
export function serviceClient(): TestClient {
  const { url, secretKey } = ownSupabase;
  return createClient<Database>(url, secretKey, options);
}
