import type { TestSupabase } from './start-supabase.ts';

/** Returns the variables with which the portal connects to a Supabase. */
export const supabaseVariables = ({ url, publishableKey, secretKey }: TestSupabase) => ({
  NEXT_PUBLIC_SUPABASE_URL: url,
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: publishableKey,
  SUPABASE_SECRET_KEY: secretKey,
});
