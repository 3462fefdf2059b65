import { cookies } from 'next/headers';
import { parseTheme, type Theme, themeCookie } from './theme.ts';

/** The theme of this browser. */
export async function readTheme(): Promise<Theme> {
  return parseTheme((await cookies()).get(themeCookie)?.value);
}

/** Stores the theme or language in this browser for a year. */
export async function writePreference(name: string, value: string): Promise<void> {
  (await cookies()).set(name, value, {
    maxAge: 365 * 24 * 60 * 60,
    path: '/',
    sameSite: 'lax',
    httpOnly: true,
  });
}
