'use server';

import { isLocale, localeCookie } from '#i18n/locales.ts';
import { writePreference } from './preferences.ts';
import { parseTheme, themeCookie } from './theme.ts';

/** Sets the language of this browser; works without signing in. */
export async function chooseLanguage(form: FormData): Promise<void> {
  const locale = form.get('locale');
  if (isLocale(locale)) await writePreference(localeCookie, locale);
}

/** Sets the theme of this browser; works without signing in. */
export async function chooseTheme(form: FormData): Promise<void> {
  await writePreference(themeCookie, parseTheme(form.get('theme')));
}
