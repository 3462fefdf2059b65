import type { ComponentProps, ReactNode } from 'react';
import { classNames } from './class-names.ts';

/**
 * A data table in a card. On a phone its rows become cards: give each `Cell` the `label` to show there, except the first,
 * which is the card's heading. Roles are explicit because CSS that changes `display` removes them.
 */
export function Table({
  caption,
  head,
  children,
  className,
}: {
  caption: string;
  head: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <div className="overflow-x-auto rounded-lg border border-line bg-surface">
      <table role="table" className={classNames('data-table w-full border-collapse text-start', className)}>
        <caption className="sr-only">{caption}</caption>
        <thead role="rowgroup" className="border-b border-line bg-sunken">
          <tr role="row">{head}</tr>
        </thead>
        <tbody role="rowgroup" className="divide-y divide-line">
          {children}
        </tbody>
      </table>
    </div>
  );
}

/** The heading of a column. */
export function HeadCell({
  className,
  align,
  ...props
}: Omit<ComponentProps<'th'>, 'align'> & { align?: 'end' }) {
  return (
    <th
      role="columnheader"
      scope="col"
      {...props}
      className={classNames(align === 'end' && 'text-end', className) || undefined}
    />
  );
}

/** A row. `selected` highlights it, `linked` shows that the whole row is a link. */
export function Row({ className, linked, ...props }: ComponentProps<'tr'> & { linked?: boolean }) {
  return (
    <tr role="row" {...props} className={classNames(linked && 'hover:bg-hover/60', className) || undefined} />
  );
}

/** A cell; `label` is its heading on a phone. */
export function Cell({
  label,
  align,
  className,
  ...props
}: Omit<ComponentProps<'td'>, 'align'> & { label?: string; align?: 'end' }) {
  return (
    <td
      role="cell"
      data-label={label}
      {...props}
      className={classNames(align === 'end' && 'md:text-end', className) || undefined}
    />
  );
}
