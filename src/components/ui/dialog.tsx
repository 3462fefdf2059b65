import { X } from 'lucide';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

/**
 * A native dialog. A `Button` with `command="show-modal"` and `commandfor` set to its id opens it without JavaScript of ours;
 * Escape and a click outside close it.
 */
export function Dialog({ id, title, children }: { id: string; title: ReactNode; children: ReactNode }) {
  const t = useTranslations('shell');
  return (
    <dialog
      id={id}
      aria-labelledby={`${id}-title`}
      closedby="any"
      className="m-auto w-[min(32rem,calc(100vw-2rem))] rounded-lg bg-surface p-0 text-start whitespace-normal text-ink shadow-overlay"
    >
      <div className="flex items-center justify-between gap-4 border-b border-line py-2.5 ps-5 pe-3">
        <h2 id={`${id}-title`} className="font-semibold">
          {title}
        </h2>
        <Button
          variant="ghost"
          size="sm"
          command="close"
          commandfor={id}
          aria-label={t('close')}
          title={t('close')}
        >
          <Icon node={X} />
        </Button>
      </div>
      <div className="p-5">{children}</div>
    </dialog>
  );
}

/** The row of buttons at the end of a dialog's form. */
export function DialogActions({ id, children }: { id: string; children: ReactNode }) {
  const t = useTranslations('shell');
  return (
    <div className="flex flex-wrap justify-end gap-2 pt-2">
      <Button command="close" commandfor={id}>
        {t('cancel')}
      </Button>
      {children}
    </div>
  );
}

/** The one button left when a dialog's form is done and there was something to read. */
export function DialogDone({ id }: { id: string }) {
  const t = useTranslations('shell');
  return (
    <div className="flex justify-end pt-4">
      <Button command="close" commandfor={id}>
        {t('close')}
      </Button>
    </div>
  );
}
