import type { Route } from 'next';
import Link from 'next/link';
import { useFormatter, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Card, CardHeader } from '#components/ui/card.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import { hourMarks } from '#domain/schedule/day-marks.ts';
import { ReportedText } from '#features/kit/components/reported-text.tsx';
import type { readTimeline, TimelineJob } from '#features/scheduler/queries.ts';

type Timeline = Awaited<ReturnType<typeof readTimeline>>;

const lanesMax = 12;
const tableJobsMax = 100;
const shownTimesMax = 4;
const laneHeight = 26;
const loadHeight = 40;
const bucketMinutes = 10;
/** Above so many, points would cover each other. */
const pointsMax = 48;

interface Span {
  from: Date;
  until: Date;
}

/** Distance from the left in per cent, so that the plot is as wide as its place. */
function x(at: Date, { from, until }: Span): string {
  const share = (at.getTime() - from.getTime()) / (until.getTime() - from.getTime());
  return `${(share * 100).toFixed(3)}%`;
}

function GridLines({ span, timeZone, height }: { span: Span; timeZone: string; height: number }) {
  return hourMarks(span.from, span.until, timeZone)
    .filter(({ hour }) => hour % 3 === 0)
    .map(({ at, hour }) => (
      <line
        key={at.getTime()}
        x1={x(at, span)}
        x2={x(at, span)}
        y2={height}
        className={hour === 0 ? 'stroke-line-strong' : 'stroke-line'}
      />
    ));
}

function HourLabels({ span, timeZone }: { span: Span; timeZone: string }) {
  const t = useTranslations('schedules.timeline');
  return (
    <svg
      aria-hidden="true"
      width="100%"
      height="18"
      className="block overflow-visible fill-ink-muted text-[11px]"
    >
      {hourMarks(span.from, span.until, timeZone)
        .filter(({ hour }) => hour % 3 === 0)
        .map(({ at, hour }) => (
          <text
            key={at.getTime()}
            x={x(at, span)}
            y="12"
            textAnchor="middle"
            className={hour % 6 === 0 ? undefined : 'max-sm:hidden'}
          >
            {t('hour', { hour })}
          </text>
        ))}
    </svg>
  );
}

/** How many jobs start in each ten minutes, over all jobs; what starts within one minute with another stands out. */
function LoadLane({ timeline, span, timeZone }: { timeline: Timeline; span: Span; timeZone: string }) {
  const size = bucketMinutes * 60_000;
  const bucketOf = (at: Date) => Math.floor((at.getTime() - span.from.getTime()) / size);
  const counts = new Map<number, number>();
  for (const { instants, isCut } of timeline.jobs) {
    if (isCut) continue;
    for (const { effectiveAt, decision } of instants) {
      if (decision === 'run') counts.set(bucketOf(effectiveAt), (counts.get(bucketOf(effectiveAt)) ?? 0) + 1);
    }
  }
  const most = Math.max(2, ...counts.values());
  const crowded = new Set(timeline.collisions.map(({ at }) => bucketOf(at)));
  const width = `${((bucketMinutes / (24 * 60)) * 100 * 0.8).toFixed(3)}%`;
  return (
    <svg aria-hidden="true" width="100%" height={loadHeight} className="block">
      <GridLines span={span} timeZone={timeZone} height={loadHeight} />
      {[...counts].map(([bucket, count]) => {
        const height = Math.max(3, (loadHeight - 4) * (count / most));
        return (
          <rect
            key={bucket}
            x={x(new Date(span.from.getTime() + Math.max(0, bucket) * size), span)}
            y={loadHeight - height}
            width={width}
            height={height}
            className={crowded.has(bucket) ? 'fill-warning' : 'fill-chart-average'}
          />
        );
      })}
    </svg>
  );
}

function JobLane({
  job,
  crowded,
  span,
  timeZone,
}: {
  job: TimelineJob;
  /** Minutes since the epoch in which this job starts together with another. */
  crowded: ReadonlySet<number>;
  span: Span;
  timeZone: string;
}) {
  const middle = laneHeight / 2;
  const isDense = job.isCut || job.instants.length > pointsMax;
  const last = job.instants.at(-1);
  return (
    <svg aria-hidden="true" width="100%" height={laneHeight} className="block overflow-visible">
      <GridLines span={span} timeZone={timeZone} height={laneHeight} />
      <line x2="100%" y1={middle} y2={middle} className="stroke-line" />
      {job.isCut || (isDense && !last) ? (
        <rect width="100%" y={middle - 4} height="8" rx="2" className="fill-chart-longest" />
      ) : null}
      {job.instants.map(({ effectiveAt, decision }) => {
        const isCrowded = crowded.has(Math.floor(effectiveAt.getTime() / 60_000));
        const key = effectiveAt.getTime();
        if (isDense) {
          return (
            <rect
              key={key}
              x={x(effectiveAt, span)}
              y={middle - 5}
              width="1.5"
              height="10"
              className={
                decision === 'skip' ? 'fill-line-strong' : isCrowded ? 'fill-warning' : 'fill-chart-average'
              }
            />
          );
        }
        return (
          <svg key={key} x={x(effectiveAt, span)} y={middle} className="overflow-visible">
            {decision === 'skip' ? (
              <circle r="4" className="fill-surface stroke-line-strong" strokeDasharray="2 2" />
            ) : isCrowded ? (
              <path d="M0-6 6 0 0 6-6 0Z" className="fill-warning" />
            ) : (
              <circle r="4.5" className="fill-chart-average" />
            )}
          </svg>
        );
      })}
    </svg>
  );
}

function Lane({ label, children }: { label: ReactNode; children: ReactNode }) {
  return (
    <li className="grid items-center gap-x-4 md:grid-cols-[12rem_minmax(0,1fr)]">
      <div className="min-w-0 truncate text-[0.8125rem] max-md:text-xs">{label}</div>
      <div className="min-w-0">{children}</div>
    </li>
  );
}

function LegendMark({ children, label }: { children: ReactNode; label: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <svg aria-hidden="true" width="12" height="12" viewBox="-6 -6 12 12">
        {children}
      </svg>
      {label}
    </span>
  );
}

function TimelineTable({ timeline, timeZone }: { timeline: Timeline; timeZone: string }) {
  const t = useTranslations('schedules.timeline');
  const format = useFormatter();
  const clock = (at: Date) =>
    format.dateTime(at, { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return (
    <Table
      caption={t('tableCaption')}
      head={
        <>
          <HeadCell>{t('job')}</HeadCell>
          <HeadCell align="end">{t('starts')}</HeadCell>
          <HeadCell>{t('times')}</HeadCell>
        </>
      }
    >
      {timeline.jobs.slice(0, tableJobsMax).map((job) => {
        const runs = job.instants.filter(({ decision }) => decision === 'run');
        const skipped = job.instants.length - runs.length;
        return (
          <Row key={job.jobId}>
            <Cell>
              <ReportedText text={job.title} lengthMax={80} />
            </Cell>
            <Cell align="end" label={t('starts')}>
              {t(job.isCut ? 'countCut' : 'count', { count: runs.length })}
              {skipped > 0 ? ` ${t('skipped', { count: skipped })}` : null}
            </Cell>
            <Cell label={t('times')} className="text-ink-muted">
              {runs
                .slice(0, shownTimesMax)
                .map(({ effectiveAt }) => clock(effectiveAt))
                .join(t('separator'))}
              {runs.length > shownTimesMax ? '…' : null}
            </Cell>
          </Row>
        );
      })}
    </Table>
  );
}

/** What the schedules start within the next 24 hours; what starts in the same minute is marked and listed. */
export function DayTimeline({
  timeline,
  span,
  timeZone,
}: {
  timeline: Timeline;
  span: Span;
  timeZone: string;
}) {
  const t = useTranslations('schedules.timeline');
  const format = useFormatter();
  const { jobs, collisions } = timeline;
  if (jobs.length === 0) {
    return (
      <Card>
        <CardHeader title={t('title')} />
        <p className="text-ink-muted">{t('none')}</p>
      </Card>
    );
  }
  const titles = new Map(jobs.map((job) => [job.jobId, job.title]));
  const crowdedByJob = new Map<string, Set<number>>();
  for (const { at, jobIds } of collisions) {
    for (const id of jobIds) {
      const minutes = crowdedByJob.get(id) ?? new Set();
      crowdedByJob.set(id, minutes.add(Math.floor(at.getTime() / 60_000)));
    }
  }
  const lanes = jobs.slice(0, lanesMax);
  const worst = [...collisions].sort((left, right) => right.jobIds.length - left.jobIds.length).slice(0, 3);
  return (
    <Card aria-labelledby="timeline-title">
      <CardHeader
        id="timeline-title"
        title={t('title')}
        description={t('zone', { zone: timeZone })}
        action={
          <span className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-muted">
            <LegendMark label={t('start')}>
              <circle r="4.5" className="fill-chart-average" />
            </LegendMark>
            <LegendMark label={t('collision')}>
              <path d="M0-6 6 0 0 6-6 0Z" className="fill-warning" />
            </LegendMark>
            <LegendMark label={t('blackout')}>
              <circle r="4" className="fill-surface stroke-line-strong" strokeDasharray="2 2" />
            </LegendMark>
          </span>
        }
      />
      <ul className="space-y-0.5 max-md:space-y-1.5">
        <Lane label={<span className="text-ink-muted">{t('all')}</span>}>
          <LoadLane timeline={timeline} span={span} timeZone={timeZone} />
        </Lane>
        {lanes.map((job) => (
          <Lane
            key={job.jobId}
            label={
              <Link href={`/jobs/${job.jobId}` as Route} prefetch={false} className="hover:underline">
                <ReportedText text={job.title} lengthMax={60} />
              </Link>
            }
          >
            <JobLane
              job={job}
              crowded={crowdedByJob.get(job.jobId) ?? new Set()}
              span={span}
              timeZone={timeZone}
            />
          </Lane>
        ))}
        <Lane label={null}>
          <HourLabels span={span} timeZone={timeZone} />
        </Lane>
      </ul>
      {jobs.length > lanes.length ? (
        <p className="mt-2 text-xs text-ink-muted">{t('moreJobs', { count: jobs.length - lanes.length })}</p>
      ) : null}
      {collisions.length > 0 ? (
        <div className="mt-3 text-[0.8125rem]">
          <p className="font-medium text-warning">{t('collisions', { count: collisions.length })}</p>
          <ul className="text-ink-muted">
            {worst.map(({ at, jobIds }) => (
              <li key={at.getTime()}>
                {t.rich('collisionAt', {
                  time: format.dateTime(at, {
                    timeZone,
                    hour: '2-digit',
                    minute: '2-digit',
                    hourCycle: 'h23',
                  }),
                  count: jobIds.length,
                  jobs: () => (
                    <ReportedText
                      key="jobs"
                      text={jobIds.map((id) => titles.get(id) ?? '').join(t('separator'))}
                      lengthMax={120}
                    />
                  ),
                })}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      <details className="mt-3">
        <summary className="text-[0.8125rem] text-ink-muted">{t('table')}</summary>
        <div className="mt-2">
          <TimelineTable timeline={timeline} timeZone={timeZone} />
        </div>
      </details>
    </Card>
  );
}
