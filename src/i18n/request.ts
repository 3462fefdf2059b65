import { cookies, headers } from 'next/headers';
import { getRequestConfig } from 'next-intl/server';
import { chooseLocale, type Locale, localeCookie } from './locales.ts';
import { type Messages, messagesByLocale } from './messages.ts';

declare module 'next-intl' {
  interface AppConfig {
    Locale: Locale;
    Messages: Messages;
  }
}

export default getRequestConfig(async () => {
  const [cookieStore, headerList] = await Promise.all([cookies(), headers()]);
  const locale = chooseLocale(cookieStore.get(localeCookie)?.value, headerList.get('accept-language'));
  // Times are shown in the tenant's zone, which screens pass themselves; this zone is only for the sign-in pages.
  return { locale, messages: messagesByLocale[locale], timeZone: 'Asia/Tokyo' };
});
