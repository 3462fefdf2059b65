'use client';

import type { Route } from 'next';
import Link, { useLinkStatus } from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

function PendingMark() {
  const { pending } = useLinkStatus();
  return (
    <span
      aria-hidden="true"
      className={classNames(
        'absolute end-1 top-1/2 size-1.5 -translate-y-1/2 rounded-full bg-current',
        pending ? 'animate-appear-late' : 'invisible',
      )}
    />
  );
}

/** A link in a menu. It marks the current page, and shows that the next page is loading if that takes a moment. */
export function NavLink({
  href,
  also = [],
  exact = false,
  className,
  children,
}: {
  href: Route;
  also?: string[];
  exact?: boolean;
  className?: string;
  children: ReactNode;
}) {
  const pathname = usePathname();
  const isCurrent =
    also.includes(pathname) || pathname === href || (!exact && pathname.startsWith(`${href}/`));
  return (
    <Link
      href={href}
      aria-current={isCurrent ? 'page' : undefined}
      // The menu around the link stays on the page, so nothing else would close it.
      onClick={(event) => event.currentTarget.closest<HTMLElement>('[popover]')?.hidePopover()}
      className={classNames(
        'relative flex min-h-9 items-center gap-2.5 rounded-md px-2.5 whitespace-nowrap transition-colors max-md:min-h-10',
        isCurrent ? 'bg-selected font-medium text-ink' : 'text-ink-muted hover:bg-hover hover:text-ink',
        className,
      )}
    >
      {children}
      <PendingMark />
    </Link>
  );
}
