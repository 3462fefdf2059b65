import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { Database } from '#data/database.types.ts';
import type { PortalFacts } from './portal-facts.ts';

const withoutSession = { auth: { persistSession: false, autoRefreshToken: false } };

function clientOf(portal: PortalFacts, key: 'SUPABASE_SECRET_KEY' | 'NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY') {
  const { NEXT_PUBLIC_SUPABASE_URL: url = '', [key]: apiKey = '' } = portal.secrets;
  return createClient<Database>(url, apiKey, withoutSession);
}

/** A client that bypasses row level security, only to prepare test data. */
export function serviceOf(portal: PortalFacts): SupabaseClient<Database> {
  return clientOf(portal, 'SUPABASE_SECRET_KEY');
}

/** A client with the publishable key, not signed in. */
export function anonOf(portal: PortalFacts): SupabaseClient<Database> {
  return clientOf(portal, 'NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY');
}
