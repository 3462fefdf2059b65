import { Lock, LockOpen } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { getLocale, getTranslations } from 'next-intl/server';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Card, CardHeader } from '#components/ui/card.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import { formatDuration } from '#domain/duration.ts';
import type { Expectation } from '#domain/report.ts';
import { lockExpectation } from '#features/jobs/actions.ts';
import { describeExpectation } from '#features/jobs/describe-expectation.ts';
import type { JobDetail } from '#features/jobs/queries.ts';

function Settings({ expectation }: { expectation: Expectation }) {
  const t = useTranslations('jobs.expectation');
  const locale = useLocale();
  const duration = (seconds: number | undefined) =>
    seconds === undefined ? null : formatDuration(seconds * 1000, locale);
  const times = (count: number | undefined) => (count === undefined ? null : t('times', { count }));
  const settings = (
    [
      ['lateTolerance', duration(expectation.lateToleranceSeconds)],
      ['earlyTolerance', duration(expectation.earlyToleranceSeconds)],
      ['maxRun', duration(expectation.maxRunSeconds)],
      ['minRun', duration(expectation.minRunSeconds)],
      ['failureThreshold', times(expectation.failureThreshold)],
      ['recoveryThreshold', times(expectation.recoveryThreshold)],
    ] as const
  ).filter(([, value]) => value !== null);
  if (settings.length === 0) return null;
  return (
    <dl className="mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-[0.8125rem]">
      {settings.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-muted">{t(name)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Shows in words when runs are expected. Admins decide here whether reports may change it. */
export async function ExpectationCard({
  job,
  timeZone,
  canLock,
}: {
  job: JobDetail;
  timeZone: string;
  canLock: boolean;
}) {
  const [t, locale] = await Promise.all([getTranslations('jobs.expectation'), getLocale()]);
  const { expectation, isExpectationLocked } = job;
  return (
    <Card>
      <CardHeader title={t('title')} />
      {expectation === null ? (
        <p className="text-ink-muted">{t('none')}</p>
      ) : (
        <>
          <p className="text-base">{describeExpectation(expectation, { locale, timeZone })}</p>
          {expectation.type === 'cron' ? (
            <p className="text-[0.8125rem] text-ink-muted">
              <code className="font-mono">{expectation.expression}</code>
            </p>
          ) : null}
          <Settings expectation={expectation} />
          <p className="mt-3 flex items-center gap-1.5 text-[0.8125rem] text-ink-muted">
            <Icon icon={isExpectationLocked ? Lock : LockOpen} className="size-3.5" />
            {t(isExpectationLocked ? 'locked' : 'unlocked')}
          </p>
        </>
      )}
      {canLock && expectation !== null ? (
        <ActionForm action={lockExpectation} className="mt-3">
          <input type="hidden" name="jobId" value={job.id} />
          <input type="hidden" name="isLocked" value={String(!isExpectationLocked)} />
          <SubmitButton variant="secondary" size="sm">
            {t(isExpectationLocked ? 'unlock' : 'lock')}
          </SubmitButton>
        </ActionForm>
      ) : null}
    </Card>
  );
}
