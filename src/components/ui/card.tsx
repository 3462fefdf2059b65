import type { ComponentProps, ReactNode } from 'react';
import { classNames } from './class-names.ts';

/** An area with a border. `flush` omits the padding, for tables. */
export function Card({
  flush = false,
  className,
  ...props
}: ComponentProps<'section'> & { flush?: boolean }) {
  return (
    <section
      {...props}
      className={classNames('rounded-lg border border-line bg-surface', !flush && 'p-4 sm:p-5', className)}
    />
  );
}

/** The heading of a card, with room for one action at the end. */
export function CardHeader({
  title,
  description,
  action,
  id,
}: {
  title: ReactNode;
  description?: ReactNode;
  action?: ReactNode;
  id?: string;
}) {
  return (
    <div className="mb-4 flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
      <div className="min-w-0">
        <h2 id={id} className="text-[0.9375rem] font-semibold">
          {title}
        </h2>
        {description ? (
          <p className="mt-0.5 max-w-3xl text-[0.8125rem] text-ink-muted">{description}</p>
        ) : null}
      </div>
      {action}
    </div>
  );
}
