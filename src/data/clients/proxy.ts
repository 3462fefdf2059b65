import { createServerClient } from '@supabase/ssr';
import type { NextRequest } from 'next/server';
import { NextResponse } from 'next/server';
import type { Database } from '#data/database.types.ts';
import { readSupabaseSettings } from '#data/env.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { sessionCookieOptions } from './session-cookies.ts';

/**
 * Refreshes the session cookies of a page request and passes on their no-store headers, so that no cache can send one user's
 * cookies to another (@supabase/ssr, `setAll`).
 * @param requestHeaders headers that the page sees
 */
export async function refreshSession(request: NextRequest, requestHeaders: Headers): Promise<NextResponse> {
  const { url, publishableKey } = readSupabaseSettings();
  let response = NextResponse.next({ request: { headers: requestHeaders } });
  const supabase = createServerClient<Database>(url, publishableKey, {
    global: { fetch: boundedFetch },
    cookieOptions: sessionCookieOptions(request.headers),
    cookies: {
      getAll: () => request.cookies.getAll(),
      setAll(cookiesToSet, headers) {
        for (const { name, value } of cookiesToSet) request.cookies.set(name, value);
        requestHeaders.set('cookie', request.cookies.toString());
        response = NextResponse.next({ request: { headers: requestHeaders } });
        for (const { name, value, options } of cookiesToSet) response.cookies.set(name, value, options);
        for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
      },
    },
  });
  // getSession makes a request only to refresh an expired token; verbs check who the user is.
  await supabase.auth.getSession();
  return response;
}
