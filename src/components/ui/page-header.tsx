import { ChevronLeft } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';

/** The title of a page, its description, its actions and a link back. */
export function PageHeader({
  title,
  description,
  actions,
  back,
}: {
  title: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  back?: { href: Route; text: ReactNode };
}) {
  return (
    <header className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        {back ? (
          <div className="mb-1 text-[0.8125rem] text-ink-muted">
            <Link href={back.href} className="inline-flex items-center gap-1 hover:text-ink">
              <Icon icon={ChevronLeft} className="size-3.5" />
              {back.text}
            </Link>
          </div>
        ) : null}
        <h1 className="text-xl leading-snug font-semibold break-words">{title}</h1>
        {description ? (
          <div className="mt-1 max-w-3xl text-[0.8125rem] text-ink-muted">{description}</div>
        ) : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </header>
  );
}
