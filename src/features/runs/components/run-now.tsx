import { Play } from 'lucide';
import { useLocale, useTranslations } from 'next-intl';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogActions } from '#components/ui/dialog.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { PayloadFields } from '#features/kit/components/payload-fields.tsx';
import { startRun } from '#features/runs/actions.ts';
import type { RunForm } from '#features/runs/portal-run.ts';
import { CursorFields } from './cursor-fields.tsx';

/** Starts a job now. Where its input or its cursor can be chosen, a dialog asks for them; otherwise one press is enough. */
export function RunNow({ form }: { form: RunForm }) {
  const t = useTranslations('runs.now');
  const { jobId, declared, payload, cursor } = form;
  const title = textIn(form.title, useLocale());
  const schema = declared?.payloadSchema ?? null;
  const hasFields = schema !== null && Object.keys(schema.properties).length > 0;
  const label = (
    <>
      <Icon node={Play} className="size-3.5" />
      {t('button')}
    </>
  );
  if (!hasFields && !declared?.hasCursor) {
    return (
      <ActionForm action={startRun} className="space-y-2">
        <input type="hidden" name="jobId" value={jobId} />
        <SubmitButton variant="secondary" size="sm" aria-label={t('label', { title })}>
          {label}
        </SubmitButton>
      </ActionForm>
    );
  }
  const id = `run-now-${jobId}`;
  return (
    <>
      <Button size="sm" command="show-modal" commandfor={id} aria-label={t('label', { title })}>
        {label}
      </Button>
      <Dialog id={id} title={t('title', { title })}>
        <ActionForm action={startRun}>
          <input type="hidden" name="jobId" value={jobId} />
          <p className="text-ink-muted">{t('body')}</p>
          {hasFields ? (
            <>
              <input type="hidden" name="hasPayload" value="yes" />
              <PayloadFields schema={schema} payload={payload} />
            </>
          ) : null}
          {declared?.hasCursor ? <CursorFields stored={cursor} /> : null}
          <DialogActions id={id}>
            <SubmitButton>{t('confirm')}</SubmitButton>
          </DialogActions>
        </ActionForm>
      </Dialog>
    </>
  );
}
