import { CalendarClock, Pencil, Trash2 } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Card, CardHeader } from '#components/ui/card.tsx';
import { ConfirmButton } from '#components/ui/confirm-button.tsx';
import { formatExactTime } from '#components/ui/format-time.ts';
import { Icon } from '#components/ui/icon.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { RelativeTime } from '#components/ui/relative-time.tsx';
import type { PluginJob } from '#data/plugin-job-row.ts';
import { formatDuration } from '#domain/duration.ts';
import type { PreviewedOccurrence } from '#domain/schedule/preview-occurrences.ts';
import { deleteSchedule } from '#features/scheduler/actions.ts';
import { jobSchedulePath } from '#http/paths.ts';
import { EnableSwitch } from './enable-switch.tsx';
import { OffSince } from '#screens/off-since.tsx';
import { ScheduleWords } from './schedule-words.tsx';

function Policies({ job }: { job: PluginJob }) {
  const t = useTranslations('schedules.form');
  const locale = useLocale();
  const policies = job.schedule?.when?.policies;
  if (!policies) return null;
  const facts: [string, ReactNode][] = [
    [t('misfire'), t(`misfires.${policies.misfire}`)],
    [t('overlap'), t(`overlaps.${policies.overlap}`)],
    ...(policies.spreadSeconds > 0
      ? [[t('spread'), formatDuration(policies.spreadSeconds * 1000, locale)] as [string, ReactNode]]
      : []),
    ...(policies.blackouts.length > 0
      ? [[t('blackouts'), t('blackoutCount', { count: policies.blackouts.length })] as [string, ReactNode]]
      : []),
  ];
  return (
    <dl className="mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-[0.8125rem]">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-muted">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Coming({ instants, timeZone }: { instants: readonly PreviewedOccurrence[]; timeZone: string }) {
  const t = useTranslations('schedules');
  const locale = useLocale();
  return (
    <>
      <h3 className="mt-4 text-xs font-medium text-ink-muted">{t('card.next')}</h3>
      <ol className="mt-1 space-y-1 text-[0.8125rem]">
        {instants.map(({ dueAt, nominalAt, decision }) => {
          const at = dueAt.toISOString();
          const isSpread = dueAt.getTime() !== nominalAt.getTime();
          return (
            <li key={at} className={decision === 'skip' ? 'text-ink-muted' : undefined}>
              <time dateTime={at} className={decision === 'skip' ? 'line-through' : undefined}>
                {formatExactTime(at, locale, timeZone)}
              </time>{' '}
              <span className="text-ink-muted">
                {decision === 'skip' ? (
                  t('form.previewBlackout')
                ) : (
                  <>
                    <RelativeTime at={at} timeZone={timeZone} />
                    {isSpread ? (
                      <span className="block text-xs">
                        {t('nominal', { time: formatExactTime(nominalAt.toISOString(), locale, timeZone) })}
                      </span>
                    ) : null}
                  </>
                )}
              </span>
            </li>
          );
        })}
      </ol>
    </>
  );
}

/** Shows when a job of the portal runs: in words, with its next instants, its policies and its switch. */
export function ScheduleCard({
  job,
  coming,
  timeZone,
  isAdmin,
  isHeld,
}: {
  job: PluginJob;
  /** The next instants; empty if nothing is planned. */
  coming: readonly PreviewedOccurrence[];
  timeZone: string;
  isAdmin: boolean;
  isHeld: boolean;
}) {
  const t = useTranslations('schedules');
  const { schedule } = job;
  return (
    <Card>
      <CardHeader title={t('card.title')} action={<EnableSwitch job={job} canChange={isAdmin} />} />
      <p className="text-base">
        <ScheduleWords schedule={schedule} timeZone={timeZone} />
      </p>
      {schedule?.when?.schedule.type === 'cron' ? (
        <code className="font-mono text-[0.8125rem] text-ink-muted">{schedule.when.schedule.expression}</code>
      ) : null}
      {schedule === null ? <p className="mt-1 text-ink-muted">{t('card.none')}</p> : null}
      {schedule !== null && isHeld ? <p className="mt-2 text-warning">{t('held')}</p> : null}
      {schedule !== null && !job.isEnabled ? <p className="mt-2 text-warning">{t('card.off')}</p> : null}
      {schedule !== null && !job.plugin.isEnabled ? (
        <p className="mt-2 text-warning">{t('card.pluginOff')}</p>
      ) : null}
      {schedule !== null && job.off ? (
        <p className="mt-1 text-[0.8125rem]">
          <OffSince off={job.off} timeZone={timeZone} />
        </p>
      ) : null}
      {coming.length > 0 ? <Coming instants={coming} timeZone={timeZone} /> : null}
      {schedule?.when && job.off === null && coming.length === 0 ? (
        <p className="mt-2 text-ink-muted">{t('card.over')}</p>
      ) : null}
      <Policies job={job} />
      {isAdmin ? (
        <div className="mt-4 flex flex-wrap gap-2">
          <LinkButton href={jobSchedulePath(job.jobId)} size="sm" prefetch={false}>
            <Icon icon={schedule === null ? CalendarClock : Pencil} className="size-3.5" />
            {t(schedule === null ? 'card.add' : 'card.edit')}
          </LinkButton>
          {schedule === null ? null : (
            <ConfirmButton
              id="delete-schedule"
              action={deleteSchedule}
              fields={{ jobId: job.jobId }}
              label={t('card.delete')}
              icon={Trash2}
              title={t('card.deleteTitle')}
              confirmLabel={t('card.delete')}
            >
              <p>{t('card.deleteBody')}</p>
            </ConfirmButton>
          )}
        </div>
      ) : null}
    </Card>
  );
}
