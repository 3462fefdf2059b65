import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { NavLink } from '#components/ui/nav-link.tsx';
import { requireMember } from '#auth/current-member.ts';
import { answerPageError } from '#screens/portal-page.tsx';

const sections = {
  admin: [
    { href: '/settings/members', name: 'members' },
    { href: '/settings/tools', name: 'tools' },
    { href: '/settings/api-keys', name: 'apiKeys' },
    { href: '/settings/how-to-report', name: 'reporting' },
    { href: '/settings/audit-log', name: 'audit' },
    { href: '/settings/account', name: 'account' },
  ],
  staff: [
    { href: '/settings/how-to-report', name: 'reporting' },
    { href: '/settings/account', name: 'account' },
  ],
} as const;

export default async function SettingsLayout({ children }: { children: ReactNode }) {
  const t = await getTranslations('settings');
  const outcome = await requireMember().then(
    (member) => ({ member }),
    async (error: unknown) => ({ answer: await answerPageError(error) }),
  );
  if ('answer' in outcome) return outcome.answer;
  return (
    <>
      <nav
        aria-label={t('sections')}
        className="-mx-1 mb-6 flex flex-wrap gap-0.5 border-b border-line px-1 pb-2 text-[0.8125rem]"
      >
        {sections[outcome.member.role].map(({ href, name }) => (
          <NavLink key={href} href={href}>
            {t(`${name}.nav`)}
          </NavLink>
        ))}
      </nav>
      {children}
    </>
  );
}
