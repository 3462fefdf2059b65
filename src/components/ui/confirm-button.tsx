import type { IconNode } from 'lucide';
import type { ReactNode } from 'react';
import { ActionForm, type FormAction } from './action-form.tsx';
import { Button } from './button.tsx';
import { Dialog, DialogActions } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { SubmitButton } from './submit-button.tsx';

/** A button that asks before it acts. `fields` are sent along as hidden inputs, `children` say what will happen. */
export function ConfirmButton({
  id,
  action,
  label,
  icon,
  title,
  confirmLabel,
  fields = {},
  tone = 'danger',
  children,
}: {
  id: string;
  action: FormAction;
  label: string;
  icon?: IconNode;
  title: ReactNode;
  confirmLabel: string;
  fields?: Record<string, string>;
  tone?: 'danger' | 'neutral';
  children: ReactNode;
}) {
  return (
    <>
      <Button
        variant={tone === 'danger' ? 'danger-ghost' : 'ghost'}
        size="sm"
        command="show-modal"
        commandfor={id}
      >
        {icon ? <Icon node={icon} className="size-3.5" /> : null}
        {label}
      </Button>
      <Dialog id={id} title={title}>
        <ActionForm action={action}>
          {Object.entries(fields).map(([name, value]) => (
            <input key={name} type="hidden" name={name} value={value} />
          ))}
          <div className="text-ink-muted">{children}</div>
          <DialogActions id={id}>
            <SubmitButton variant={tone === 'danger' ? 'danger' : 'primary'}>{confirmLabel}</SubmitButton>
          </DialogActions>
        </ActionForm>
      </Dialog>
    </>
  );
}
