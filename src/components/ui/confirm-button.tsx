import type { LucideIcon } from 'lucide-react';
import { Button } from './button.tsx';
import { ConfirmDialog, type ConfirmDialogProps } from './confirm-dialog.tsx';
import { Icon } from './icon.tsx';

/** A button that asks for confirmation. For rows of a list, use DialogLink. */
export function ConfirmButton({
  label,
  icon,
  ...dialog
}: Omit<ConfirmDialogProps, 'closedHref'> & { label: string; icon?: LucideIcon }) {
  return (
    <>
      <Button
        variant={dialog.tone === 'neutral' ? 'ghost' : 'danger-ghost'}
        size="sm"
        command="show-modal"
        commandfor={dialog.id}
      >
        {icon ? <Icon icon={icon} className="size-3.5" /> : null}
        {label}
      </Button>
      <ConfirmDialog {...dialog} />
    </>
  );
}
