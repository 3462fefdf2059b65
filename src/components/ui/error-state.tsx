import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

/** Shows what could not be loaded, why, and what to do. It does not use lucide, because error.tsx runs in the browser. */
export function ErrorState({
  title,
  children,
  reference,
  action,
  tone = 'danger',
}: {
  title: ReactNode;
  children?: ReactNode;
  reference?: ReactNode;
  action?: ReactNode;
  tone?: 'danger' | 'neutral';
}) {
  return (
    <div
      role={tone === 'danger' ? 'alert' : undefined}
      className="mx-auto my-8 flex max-w-xl flex-col items-start gap-2 rounded-lg border border-line bg-surface p-6 sm:p-8"
    >
      <span
        aria-hidden="true"
        className={classNames(
          'mb-2 h-1 w-10 rounded-full',
          tone === 'danger' ? 'bg-danger-solid' : 'bg-line-strong',
        )}
      />
      <h1 className="text-lg font-semibold">{title}</h1>
      {children ? <div className="max-w-prose text-ink-muted">{children}</div> : null}
      {reference ? <p className="font-mono text-xs text-ink-muted">{reference}</p> : null}
      {action ? <div className="mt-3 flex flex-wrap gap-2">{action}</div> : null}
    </div>
  );
}
