import './globals.css';
import type { Metadata, Viewport } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { DialogCommands } from '#components/ui/dialog-commands.tsx';
import { ErrorTextsProvider } from '#components/ui/error-texts.tsx';
import { readTheme } from '#features/preferences/preferences.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('shell');
  return {
    title: { default: t('productName'), template: `%s · ${t('productName')}` },
    description: t('productDescription'),
    icons: { icon: '/icon.svg' },
    robots: { index: false, follow: false },
    referrer: 'same-origin',
    formatDetection: { telephone: false, email: false, address: false, date: false },
  };
}

export const viewport: Viewport = { colorScheme: 'light dark' };

export default async function RootLayout({ children }: LayoutProps<'/'>) {
  const [locale, theme, t] = await Promise.all([getLocale(), readTheme(), getTranslations('shell.error')]);
  return (
    <html lang={locale} data-theme={theme === 'system' ? undefined : theme}>
      <body>
        <ErrorTextsProvider
          texts={{ title: t('title'), body: t('body'), referenceLabel: t('reference'), retry: t('retry') }}
        >
          {children}
        </ErrorTextsProvider>
        <DialogCommands />
      </body>
    </html>
  );
}
