import type { ReactNode } from 'react';

/** Title of a page, what it is about, and its actions. `above` has room for a way back. */
export function PageHeader({
  title,
  description,
  actions,
  above,
}: {
  title: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  above?: ReactNode;
}) {
  return (
    <header className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        {above ? <div className="mb-1 text-[0.8125rem] text-ink-muted">{above}</div> : null}
        <h1 className="text-xl leading-snug font-semibold break-words">{title}</h1>
        {description ? (
          <div className="mt-1 max-w-3xl text-[0.8125rem] text-ink-muted">{description}</div>
        ) : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </header>
  );
}
