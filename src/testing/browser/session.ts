import { readSessionCookies } from '#testing/tenants/session-cookies.ts';
import type { PortalFacts } from './portal-facts.ts';

/** Returns the cookies of a session, as Playwright's storageState. */
export interface SessionState {
  cookies: {
    name: string;
    value: string;
    domain: string;
    path: string;
    expires: number;
    httpOnly: boolean;
    secure: boolean;
    sameSite: 'Lax';
  }[];
  origins: [];
}

/** Signs in without a browser. */
export async function startSession(
  portal: PortalFacts,
  person: { email: string; password: string },
): Promise<SessionState> {
  const { NEXT_PUBLIC_SUPABASE_URL: url = '', NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: publishableKey = '' } =
    portal.secrets;
  const cookies = await readSessionCookies({ url, publishableKey }, person);
  return {
    cookies: cookies.map((cookie) => ({
      ...cookie,
      domain: new URL(portal.url).hostname,
      path: '/',
      expires: Math.floor(Date.now() / 1_000) + 86_400,
      httpOnly: false,
      secure: false,
      sameSite: 'Lax',
    })),
    origins: [],
  };
}
