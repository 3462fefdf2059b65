import { ownSupabase } from '#testing/database/own-supabase.ts';

// What the verbs read; set before a test file imports them.
const { url, publishableKey, secretKey } = ownSupabase;
Object.assign(process.env, {
  NEXT_PUBLIC_SUPABASE_URL: url,
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: publishableKey,
  SUPABASE_SECRET_KEY: secretKey,
});
