import { createServerClient } from '@supabase/ssr';
import type { SupabaseClient } from '@supabase/supabase-js';
import { cookies, headers } from 'next/headers';
import type { Database } from '#data/database.types.ts';
import { readSupabaseSettings } from '#data/env.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { sessionCookieOptions } from './session-cookies.ts';

export type RequestClient = SupabaseClient<Database>;

/** Creates a client for one request that acts as the signed-in user, under row level security. */
export async function createRequestClient(): Promise<RequestClient> {
  const { url, publishableKey } = readSupabaseSettings();
  const cookieStore = await cookies();
  return createServerClient<Database>(url, publishableKey, {
    global: { fetch: boundedFetch },
    cookieOptions: sessionCookieOptions(await headers()),
    cookies: {
      getAll: () => cookieStore.getAll(),
      setAll(cookiesToSet) {
        try {
          for (const { name, value, options } of cookiesToSet) cookieStore.set(name, value, options);
        } catch {
          // Server components cannot set cookies; the proxy has already refreshed them.
        }
      },
    },
  });
}
