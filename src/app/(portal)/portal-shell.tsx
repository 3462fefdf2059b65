import {
  Blocks,
  Boxes,
  CalendarClock,
  ChevronsUpDown,
  History,
  LogOut,
  Settings,
  TriangleAlert,
  UserRound,
} from 'lucide-react';
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { Icon } from '#components/ui/icon.tsx';
import { NavLink } from '#components/ui/nav-link.tsx';
import { signOut } from '#features/session/actions.ts';
import type { CurrentMember } from '#auth/current-member.ts';
import { LanguageSwitch, ThemeSwitch } from '#features/preferences/components/preference-switches.tsx';

const accountMenuId = 'account-menu';

/**
 * The frame of every signed-in page. The same markup is a sidebar on wide screens, and on phones a bar with the company
 * and the account menu, with the sections below it.
 */
export async function PortalShell({
  member,
  failingBadge,
  children,
}: {
  /** Null while the database is unavailable: the user is unknown. */
  member: CurrentMember | null;
  failingBadge?: ReactNode;
  children: ReactNode;
}) {
  const t = await getTranslations('shell');
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[14.5rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:start-3 focus:top-3"
      >
        {t('skipToContent')}
      </a>
      <header className="z-20 grid grid-cols-[minmax(0,1fr)_auto] border-line bg-canvas max-md:sticky max-md:top-0 max-md:border-b md:sticky md:top-0 md:h-dvh md:grid-cols-1 md:grid-rows-[auto_1fr_auto] md:border-e">
        <Link href="/" className="m-1.5 min-w-0 rounded-md px-2.5 py-1.5 md:m-3 md:mb-2">
          <span className="block text-[0.6875rem] leading-tight text-ink-muted">{t('productName')}</span>
          {member ? (
            <span className="block truncate leading-snug font-semibold" title={member.tenantName}>
              {member.tenantName}
            </span>
          ) : null}
        </Link>
        <nav
          aria-label={t('mainNavigation')}
          className="main-menu max-md:order-last max-md:col-span-2 md:space-y-0.5 md:overflow-y-auto md:p-3 md:pt-1"
        >
          <NavLink href="/incidents" also={['/']}>
            <Icon icon={TriangleAlert} />
            {t('incidents')}
            <span className="menu-badge">{failingBadge}</span>
          </NavLink>
          <NavLink href="/jobs">
            <Icon icon={Boxes} />
            {t('jobs')}
          </NavLink>
          <NavLink href="/schedules">
            <Icon icon={CalendarClock} />
            {t('schedules')}
          </NavLink>
          <NavLink href="/runs">
            <Icon icon={History} />
            {t('runs')}
          </NavLink>
          <NavLink href="/plugins">
            <Icon icon={Blocks} />
            {t('plugins')}
          </NavLink>
          <NavLink href="/settings">
            <Icon icon={Settings} />
            {t('settings')}
          </NavLink>
        </nav>
        <div className="p-1.5 md:border-t md:border-line md:p-3">
          <button
            type="button"
            popoverTarget={accountMenuId}
            className="flex min-h-10 w-full items-center gap-2.5 rounded-md px-2.5 text-start hover:bg-hover"
          >
            <Icon icon={UserRound} className="size-4 text-ink-muted" />
            {member ? (
              <>
                <span className="min-w-0 flex-1 max-md:sr-only">
                  <span className="block truncate leading-tight">{member.displayName}</span>
                  <span className="block text-xs leading-tight text-ink-muted">
                    {t(`roles.${member.role}`)}
                  </span>
                </span>
                <span className="sr-only">{t('accountMenu')}</span>
              </>
            ) : (
              <span className="min-w-0 flex-1 truncate max-md:sr-only">{t('accountMenu')}</span>
            )}
            <Icon icon={ChevronsUpDown} className="size-3.5 text-ink-muted max-md:hidden" />
          </button>
          <div
            id={accountMenuId}
            popover="auto"
            className="fixed w-72 rounded-lg border border-line bg-surface p-3 text-ink shadow-overlay max-md:end-2 max-md:top-14 md:start-3 md:bottom-16"
          >
            {member ? (
              <>
                <p className="truncate px-2.5 font-medium">{member.displayName}</p>
                <p className="truncate px-2.5 text-xs text-ink-muted">
                  {member.displayName === member.email ? null : `${member.email} · `}
                  {t(`roles.${member.role}`)}
                </p>
              </>
            ) : null}
            <div
              className={member ? 'my-2.5 space-y-2 border-y border-line px-2.5 py-2.5' : 'space-y-2 px-2.5'}
            >
              <LanguageSwitch />
              <ThemeSwitch />
            </div>
            {member ? (
              <>
                <NavLink href="/settings/account">
                  <Icon icon={UserRound} />
                  {t('account')}
                </NavLink>
                <form action={signOut}>
                  <button className="flex min-h-9 w-full items-center gap-2.5 rounded-md px-2.5 text-ink-muted hover:bg-hover hover:text-ink max-md:min-h-10">
                    <Icon icon={LogOut} />
                    {t('signOut')}
                  </button>
                </form>
              </>
            ) : null}
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1} className="min-w-0 px-4 py-5 outline-none sm:px-6 md:px-8 md:py-7">
        <div className="mx-auto max-w-6xl">{children}</div>
      </main>
    </div>
  );
}
