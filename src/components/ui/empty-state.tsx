import { type LucideIcon, Inbox } from 'lucide-react';
import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';

/** For an empty list. If loading failed, show an error state instead. */
export function EmptyState({
  icon = Inbox,
  title,
  children,
  action,
}: {
  icon?: LucideIcon;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-1 rounded-lg border border-dashed border-line bg-surface px-6 py-12 text-center">
      <Icon icon={icon} className="mb-2 size-6 text-ink-muted" />
      <p className="font-medium">{title}</p>
      {children ? <div className="max-w-md text-[0.8125rem] text-ink-muted">{children}</div> : null}
      {action ? <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div> : null}
    </div>
  );
}
