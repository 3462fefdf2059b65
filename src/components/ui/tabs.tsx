import type { Route } from 'next';
import Link from 'next/link';
import { classNames } from './class-names.ts';

/** Tabs that are links, so that each has a URL and works without JavaScript. */
export function Tabs({
  label,
  tabs,
}: {
  label: string;
  tabs: { href: Route; label: string; isCurrent: boolean }[];
}) {
  return (
    <nav aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line">
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          href={tab.href}
          scroll={false}
          aria-current={tab.isCurrent ? 'page' : undefined}
          className={classNames(
            '-mb-px border-b-2 px-3 py-2 text-[0.8125rem] whitespace-nowrap',
            tab.isCurrent
              ? 'border-accent font-medium text-ink'
              : 'border-transparent text-ink-muted hover:text-ink',
          )}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
