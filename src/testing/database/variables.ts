import type { TestSupabase } from './start-supabase.ts';

/** The variables by which the portal finds a Supabase. */
export const supabaseVariables = ({ url, publishableKey, secretKey }: TestSupabase) => ({
  NEXT_PUBLIC_SUPABASE_URL: url,
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: publishableKey,
  SUPABASE_SECRET_KEY: secretKey,
});
