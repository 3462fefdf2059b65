import { CircleStop, RotateCcw } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Button } from '#components/ui/button.tsx';
import { ConfirmButton } from '#components/ui/confirm-button.tsx';
import { Dialog, DialogActions } from '#components/ui/dialog.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { Spinner } from '#components/ui/spinner.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import type { RunState } from '#domain/run-state.ts';
import { isUnfinished } from '#domain/run-state.ts';
import { PayloadFields } from '#forms/payload-fields.tsx';
import { cancelRun, rerunRun } from '#features/runs/actions.ts';
import type { PortalRunDetail } from '#features/runs/portal-run.ts';
import type { WholeRun } from '#features/runs/whole-run.ts';
import { CursorFields } from './cursor-fields.tsx';

function CancelButton({ runId, state }: { runId: string; state: RunState }) {
  const t = useTranslations('runs.cancel');
  return (
    <ConfirmButton
      id="cancel-run"
      action={cancelRun}
      fields={{ runId }}
      label={t('button')}
      icon={CircleStop}
      title={t('title')}
      confirmLabel={t('confirm')}
    >
      <p>{t(state === 'pending' ? 'bodyPending' : 'bodyRunning')}</p>
    </ConfirmButton>
  );
}

function RerunButton({
  runId,
  run,
  jobCursor,
}: {
  runId: string;
  run: PortalRunDetail;
  jobCursor: string | null;
}) {
  const t = useTranslations('runs.rerun');
  const schema = run.declared?.payloadSchema ?? null;
  const hasFields = schema !== null && Object.keys(schema.properties).length > 0;
  return (
    <>
      <Button size="sm" command="show-modal" commandfor="rerun-run">
        <Icon icon={RotateCcw} className="size-3.5" />
        {t('button')}
      </Button>
      <Dialog id="rerun-run" title={t('title')}>
        <ActionForm action={rerunRun}>
          <input type="hidden" name="runId" value={runId} />
          <p className="text-ink-muted">{t('body')}</p>
          {hasFields ? (
            <>
              <input type="hidden" name="hasPayload" value="yes" />
              <PayloadFields schema={schema} payload={run.payload} />
            </>
          ) : null}
          {run.declared?.hasCursor ? <CursorFields stored={jobCursor} origin={run.cursorBefore} /> : null}
          <DialogActions id="rerun-run">
            <SubmitButton>{t('confirm')}</SubmitButton>
          </DialogActions>
        </ActionForm>
      </Dialog>
    </>
  );
}

/** Buttons for a run of the portal: cancel an unfinished one, rerun a finished one. */
export function RunActions({ whole: { run, portalRun, ...whole } }: { whole: WholeRun }) {
  const t = useTranslations('runs.cancel');
  if (portalRun === null) return null;
  if (!isUnfinished(run.state)) {
    return whole.mayRerun ? <RerunButton runId={run.id} run={portalRun} jobCursor={whole.jobCursor} /> : null;
  }
  if (portalRun.cancelRequestedAt !== null) {
    return (
      <span role="status" className="inline-flex items-center gap-2 text-[0.8125rem] text-warning">
        <Spinner className="size-3.5" />
        {t('waiting')}
      </span>
    );
  }
  return whole.mayCancel ? <CancelButton runId={run.id} state={run.state} /> : null;
}
