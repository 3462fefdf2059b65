import { X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { Route } from 'next';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { classNames } from './class-names.ts';
import { DialogByAddress } from './dialog-by-address.tsx';
import { Icon } from './icon.tsx';
import { LinkButton } from './link-button.tsx';

const looks = {
  box: 'm-auto w-[min(32rem,calc(100vw-2rem))] rounded-lg',
  // Next to the element that opened it, at full height.
  drawer: 'my-0 ms-auto me-0 h-dvh max-h-none w-[min(46rem,100vw)] max-w-none',
};

/**
 * A native dialog. A `Button` with `command="show-modal"` and `commandfor` opens it without our JavaScript; Escape and a
 * click outside close it. With `closedHref`, the URL decides that it is open, and closing it goes to that URL: use this for
 * lists, where otherwise each row would contain a dialog.
 */
export function Dialog({
  id,
  title,
  closedHref,
  look = 'box',
  children,
}: {
  id: string;
  title: ReactNode;
  closedHref?: Route | undefined;
  look?: keyof typeof looks;
  children: ReactNode;
}) {
  const t = useTranslations('shell');
  return (
    <dialog
      id={id}
      open={closedHref !== undefined}
      aria-labelledby={`${id}-title`}
      closedby="any"
      className={classNames(
        'bg-surface p-0 text-start whitespace-normal text-ink shadow-overlay',
        looks[look],
      )}
    >
      <div className="sticky top-0 z-10 flex items-center justify-between gap-4 border-b border-line bg-surface py-2.5 ps-5 pe-3">
        <h2 id={`${id}-title`} className="font-semibold">
          {title}
        </h2>
        {closedHref === undefined ? (
          <Button
            variant="ghost"
            size="sm"
            command="close"
            commandfor={id}
            aria-label={t('close')}
            title={t('close')}
          >
            <Icon icon={X} />
          </Button>
        ) : (
          <LinkButton
            href={closedHref}
            replace
            scroll={false}
            variant="ghost"
            size="sm"
            aria-label={t('close')}
            title={t('close')}
          >
            <Icon icon={X} />
          </LinkButton>
        )}
      </div>
      {closedHref === undefined ? null : <DialogByAddress id={id} closedHref={closedHref} />}
      <div className="p-5">{children}</div>
    </dialog>
  );
}

/** The row of buttons at the end of a dialog's form. */
export function DialogActions({
  id,
  closedHref,
  children,
}: {
  id: string;
  closedHref?: Route | undefined;
  children: ReactNode;
}) {
  const t = useTranslations('shell');
  return (
    <div className="flex flex-wrap justify-end gap-2 pt-2">
      {closedHref === undefined ? (
        <Button command="close" commandfor={id}>
          {t('cancel')}
        </Button>
      ) : (
        <LinkButton href={closedHref} replace scroll={false}>
          {t('cancel')}
        </LinkButton>
      )}
      {children}
    </div>
  );
}

/** The only button after a dialog's form has succeeded and shown a result. */
export function DialogDone({ id, closedHref }: { id: string; closedHref?: Route | undefined }) {
  const t = useTranslations('shell');
  return (
    <div className="flex justify-end pt-4">
      {closedHref === undefined ? (
        <Button command="close" commandfor={id}>
          {t('close')}
        </Button>
      ) : (
        <LinkButton href={closedHref} replace scroll={false}>
          {t('close')}
        </LinkButton>
      )}
    </div>
  );
}
