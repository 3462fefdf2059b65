import { createServerClient } from '@supabase/ssr';
import type { Database } from '#data/database.types.ts';
import { until } from '#testing/until.ts';

export interface SessionCookie {
  readonly name: string;
  readonly value: string;
}

/** Signs a user in without a browser: returns the cookies that the portal's sign-in sets. */
export async function readSessionCookies(
  { url, publishableKey }: { url: string; publishableKey: string },
  { email, password }: { email: string; password: string },
): Promise<SessionCookie[]> {
  const jar = new Map<string, string>();
  const read = () => [...jar].map(([name, value]) => ({ name, value }));
  const client = createServerClient<Database>(url, publishableKey, {
    cookies: {
      getAll: read,
      setAll: (given) => given.forEach(({ name, value }) => jar.set(name, value)),
    },
  });
  const { error } = await client.auth.signInWithPassword({ email, password });
  if (error) throw error;
  // The client writes its cookies after the sign-in event.
  await until(() => jar.size > 0);
  return read();
}
