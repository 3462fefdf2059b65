import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { LanguageSwitch, ThemeSwitch } from '#features/preferences/components/preference-switches.tsx';

export default async function AuthLayout({ children }: { children: ReactNode }) {
  const t = await getTranslations('shell');
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-sm flex-col px-4 py-8 sm:py-[12vh]">
      <header className="mb-6 flex items-center gap-2.5 font-semibold">
        {/* The plain file: an optimized copy of a tiny vector image would be larger. */}
        {/* eslint-disable-next-line @next/next/no-img-element */}
        <img src="/icon.svg" alt="" width={24} height={24} />
        {t('productName')}
      </header>
      <main className="rounded-lg border border-line bg-surface p-5 sm:p-6">{children}</main>
      <footer className="mt-6 space-y-2 px-1">
        <LanguageSwitch />
        <ThemeSwitch />
      </footer>
    </div>
  );
}
