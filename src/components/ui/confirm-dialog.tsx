import type { Route } from 'next';
import type { ReactNode } from 'react';
import { ActionForm, type FormAction } from './action-form.tsx';
import { Dialog, DialogActions } from './dialog.tsx';
import { SubmitButton } from './submit-button.tsx';

export interface ConfirmDialogProps {
  id: string;
  action: FormAction;
  title: ReactNode;
  confirmLabel: string;
  /** Submitted as hidden inputs. */
  fields?: Record<string, string>;
  tone?: 'danger' | 'neutral';
  /** As in Dialog. */
  closedHref?: Route;
  /** What will happen. */
  children: ReactNode;
}

/** Asks for confirmation before an action. */
export function ConfirmDialog({
  id,
  action,
  title,
  confirmLabel,
  fields = {},
  tone = 'danger',
  closedHref,
  children,
}: ConfirmDialogProps) {
  return (
    <Dialog id={id} title={title} closedHref={closedHref}>
      <ActionForm action={action}>
        {Object.entries(fields).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <div className="text-ink-muted">{children}</div>
        <DialogActions id={id} closedHref={closedHref}>
          <SubmitButton variant={tone === 'danger' ? 'danger' : 'primary'}>{confirmLabel}</SubmitButton>
        </DialogActions>
      </ActionForm>
    </Dialog>
  );
}
