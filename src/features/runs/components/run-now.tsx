import { Play } from 'lucide-react';
import type { Route } from 'next';
import { useLocale, useTranslations } from 'next-intl';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogActions } from '#components/ui/dialog.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { PayloadFields } from '#forms/payload-fields.tsx';
import { startRun } from '#features/runs/actions.ts';
import type { RunForm } from '#features/runs/portal-run.ts';
import { CursorFields } from './cursor-fields.tsx';
import { RunNowButton } from './run-now-button.tsx';

const payloadFieldsOf = ({ declared }: RunForm) => {
  const schema = declared?.payloadSchema ?? null;
  return schema !== null && Object.keys(schema.properties).length > 0 ? schema : null;
};

/**
 * Starts a job now. If the job has an input or a cursor, a dialog asks admins for them; otherwise one click is enough.
 * @param openHref in a list, the URL that opens the job's RunNowDialog
 */
export function RunNow({ form, openHref }: { form: RunForm; openHref?: Route }) {
  const t = useTranslations('runs.now');
  const label = t('label', { title: textIn(form.title, useLocale()) });
  const asksNothing = form.isAsItIs || (payloadFieldsOf(form) === null && form.declared?.hasCursor !== true);
  if (asksNothing || openHref !== undefined) {
    return (
      <RunNowButton
        jobId={form.jobId}
        openHref={asksNothing ? undefined : openHref}
        word={t('button')}
        label={label}
      />
    );
  }
  return (
    <>
      <Button size="sm" command="show-modal" commandfor={dialogId} aria-label={label}>
        <Icon icon={Play} className="size-3.5" />
        {t('button')}
      </Button>
      <RunNowDialog form={form} />
    </>
  );
}

const dialogId = 'run-now';

/** Asks for the input and cursor to start a job with; `closedHref` as in Dialog. */
export function RunNowDialog({ form, closedHref }: { form: RunForm; closedHref?: Route }) {
  const t = useTranslations('runs.now');
  const schema = payloadFieldsOf(form);
  return (
    <Dialog
      id={dialogId}
      title={t('title', { title: textIn(form.title, useLocale()) })}
      closedHref={closedHref}
    >
      <ActionForm action={startRun}>
        <input type="hidden" name="jobId" value={form.jobId} />
        {closedHref === undefined ? null : <input type="hidden" name="closedHref" value={closedHref} />}
        <p className="text-ink-muted">{t('body')}</p>
        {schema === null ? null : (
          <>
            <input type="hidden" name="hasPayload" value="yes" />
            <PayloadFields schema={schema} payload={form.payload} />
          </>
        )}
        {form.declared?.hasCursor ? <CursorFields stored={form.cursor} /> : null}
        <DialogActions id={dialogId} closedHref={closedHref}>
          <SubmitButton>{t('confirm')}</SubmitButton>
        </DialogActions>
      </ActionForm>
    </Dialog>
  );
}
