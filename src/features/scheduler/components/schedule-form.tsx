import { useTranslations } from 'next-intl';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Card } from '#components/ui/card.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import type { PluginJob } from '#data/plugin-job-row.ts';
import { previewSchedule, saveSchedule } from '#features/scheduler/actions.ts';
import { jobPath } from '#http/paths.ts';
import { ScheduleFields } from './schedule-fields.tsx';
import { SchedulePreview } from './schedule-preview.tsx';

/** Edits a job's schedule, with a preview next to the fields. */
export function ScheduleForm({ job, timeZone }: { job: PluginJob; timeZone: string }) {
  const t = useTranslations('schedules.form');
  const shell = useTranslations('shell');
  const problems = useTranslations('problems');
  return (
    <ActionForm action={saveSchedule}>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Card className="space-y-5">
          <input type="hidden" name="jobId" value={job.jobId} />
          <input type="hidden" name="scheduleId" value={job.schedule?.id ?? ''} />
          <ScheduleFields
            schedule={job.schedule?.when?.schedule ?? null}
            policies={job.schedule?.when?.policies ?? null}
            timeZone={timeZone}
          />
          <div className="flex flex-wrap justify-end gap-2 border-t border-line pt-4">
            <LinkButton href={jobPath(job.jobId)}>{shell('cancel')}</LinkButton>
            <SubmitButton>{shell('save')}</SubmitButton>
          </div>
        </Card>
        <div className="max-lg:order-first lg:sticky lg:top-7">
          <SchedulePreview
            preview={previewSchedule}
            title={t('preview')}
            lost={problems('unavailable')}
            ask={t('previewAsk')}
            waiting={
              <div className="space-y-2 pt-1">
                <Skeleton className="h-5 w-2/3" />
                <Skeleton className="w-1/2" />
                <Skeleton className="w-1/2" />
                <Skeleton className="w-1/2" />
              </div>
            }
          />
        </div>
      </div>
    </ActionForm>
  );
}
