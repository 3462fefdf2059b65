import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { ExactTime } from '#components/ui/relative-time.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import type { JobStatus } from '#data/job-status-row.ts';
import { dismissLateFailures } from '#features/jobs/actions.ts';
import { runPath } from '#http/paths.ts';

/** Says that a failure arrived behind a newer success [rule 39: the outcome goes through]; admins can dismiss it. */
export function LateFailureNotice({
  jobId,
  failure,
  isAdmin,
  timeZone,
}: {
  jobId: string;
  failure: NonNullable<JobStatus['lateFailure']>;
  isAdmin: boolean;
  timeZone: string;
}) {
  const t = useTranslations('jobs.lateFailure');
  return (
    <Notice tone="warning" title={t('title')}>
      <p>
        {t.rich('body', { time: () => <ExactTime at={failure.receivedAt} timeZone={timeZone} /> })}{' '}
        <Link href={runPath(failure.runId)} className="text-accent underline">
          {t('show')}
        </Link>
      </p>
      {isAdmin ? (
        <ActionForm action={dismissLateFailures} className="mt-2">
          <input type="hidden" name="jobId" value={jobId} />
          <SubmitButton variant="secondary" size="sm">
            {t('dismiss')}
          </SubmitButton>
        </ActionForm>
      ) : null}
    </Notice>
  );
}
