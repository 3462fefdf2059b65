import { CircleCheck, CircleX, Info, type LucideIcon, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Icon } from './icon.tsx';

type NoticeTone = 'info' | 'success' | 'warning' | 'danger';

const looks: Record<NoticeTone, { icon: LucideIcon; className: string }> = {
  info: { icon: Info, className: 'border-info/35 bg-info-soft [&>svg]:text-info' },
  success: { icon: CircleCheck, className: 'border-success/35 bg-success-soft [&>svg]:text-success' },
  warning: { icon: TriangleAlert, className: 'border-warning/35 bg-warning-soft [&>svg]:text-warning' },
  danger: { icon: CircleX, className: 'border-danger/35 bg-danger-soft [&>svg]:text-danger' },
};

/** A message within a page. Screen readers announce danger at once, the others politely. */
export function Notice({
  tone = 'info',
  title,
  children,
}: {
  tone?: NoticeTone;
  title?: ReactNode;
  children?: ReactNode;
}) {
  const { icon, className } = looks[tone];
  return (
    <div
      role={tone === 'danger' ? 'alert' : 'status'}
      className={classNames('flex gap-2.5 rounded-md border px-3.5 py-2.5 text-sm', className)}
    >
      <Icon icon={icon} className="mt-[0.2em] size-4" />
      <div className="min-w-0 flex-1">
        {title ? <p className="font-medium">{title}</p> : null}
        {children}
      </div>
    </div>
  );
}
