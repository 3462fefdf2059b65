import Link from 'next/link';
import { useFormatter, useLocale, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Card, CardHeader } from '#components/ui/card.tsx';
import { Plot, type PlotPath } from '#components/ui/plot.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { hourMarks } from '#domain/schedule/day-marks.ts';
import { jobPath } from '#http/paths.ts';
import { ReportedText } from '#screens/reported-text.tsx';
import type { DayLoad } from '#domain/schedule/day-load.ts';
import type { Timeline, TimelineJob } from '#features/scheduler/queries.ts';

const shownTimesMax = 4;
const laneHeight = 26;
const loadHeight = 40;
const bucketMinutes = 10;
const dayMinutes = 24 * 60;
/** With more than this, points would overlap. */
const pointsMax = 48;

interface Span {
  from: Date;
  until: Date;
}

/** Distance from the left, in minutes. */
function x(at: Date, { from }: Span): number {
  return Math.round((at.getTime() - from.getTime()) / 6_000) / 10;
}

/** Draws a mark at each instant, each relative to the one before: a job has up to 300, and the page sends every character. */
function marksAt(
  instants: TimelineJob['instants'],
  span: Span,
  { top, length }: { top: number; length: number },
): string {
  let left = 0;
  let isFirst = true;
  return instants
    .map(({ dueAt }) => {
      const at = x(dueAt, span);
      const move = isFirst ? `M${at} ${top}` : `m${Math.round((at - left) * 10) / 10} ${-length}`;
      left = at;
      isFirst = false;
      // The line cap makes a line without a length visible as a point.
      return length === 0 ? `${move}h0` : `${move}v${length}`;
    })
    .join('');
}

/** Made once for all lanes of a height: the same object is sent to the browser only once. */
function gridPaths(span: Span, timeZone: string, height: number): PlotPath[] {
  const marks = hourMarks(span.from, span.until, timeZone).filter(({ hour }) => hour % 3 === 0);
  const lines = (chosen: typeof marks) => chosen.map(({ at }) => `M${x(at, span)} 0V${height}`).join('');
  return [
    { d: lines(marks.filter(({ hour }) => hour !== 0)), className: 'stroke-line', mark: { width: 1 } },
    { d: lines(marks.filter(({ hour }) => hour === 0)), className: 'stroke-line-strong', mark: { width: 1 } },
  ];
}

function HourLabels({ span, timeZone }: { span: Span; timeZone: string }) {
  const t = useTranslations('schedules.timeline');
  return (
    <div className="fill-ink-muted text-[11px]">
      <Plot
        width={dayMinutes}
        height={18}
        paths={[]}
        labels={hourMarks(span.from, span.until, timeZone)
          .filter(({ hour }) => hour % 3 === 0)
          .map(({ at, hour }) => ({
            at: x(at, span),
            text: t('hour', { hour }),
            className: hour % 6 === 0 ? undefined : 'max-sm:hidden',
          }))}
      />
    </div>
  );
}

/** Shows how many jobs start in each ten minutes; bars with several starts in one minute are highlighted. */
function LoadLane({ load, span, timeZone }: { load: DayLoad; span: Span; timeZone: string }) {
  const counts = new Array<number>(Math.ceil(load.starts.length / bucketMinutes)).fill(0);
  load.starts.forEach((count, minute) => {
    const bucket = Math.floor(minute / bucketMinutes);
    counts[bucket] = (counts[bucket] ?? 0) + count;
  });
  const crowded = new Set(
    load.jobs.flatMap((count, minute) => (count > 1 ? [Math.floor(minute / bucketMinutes)] : [])),
  );
  const most = Math.max(2, ...counts);
  const bars = (isCrowded: boolean) =>
    counts
      .map((count, bucket) => {
        if (count === 0 || crowded.has(bucket) !== isCrowded) return '';
        const top = Math.round(loadHeight - Math.max(3, (loadHeight - 4) * (count / most)));
        const left = bucket * bucketMinutes;
        return `M${left} ${loadHeight}V${top}h${bucketMinutes * 0.8}V${loadHeight}Z`;
      })
      .join('');
  return (
    <Plot
      width={dayMinutes}
      height={loadHeight}
      paths={[
        ...gridPaths(span, timeZone, loadHeight),
        { d: bars(false), className: 'fill-chart-average' },
        { d: bars(true), className: 'fill-warning' },
      ]}
    />
  );
}

function JobLane({
  job,
  load,
  span,
  grid,
}: {
  job: TimelineJob;
  load: DayLoad;
  span: Span;
  grid: readonly PlotPath[];
}) {
  const middle = laneHeight / 2;
  const isDense = job.isCut || job.instants.length > pointsMax;
  const marks = (chosen: TimelineJob['instants']) =>
    marksAt(chosen, span, isDense ? { top: middle - 5, length: 10 } : { top: middle, length: 0 });
  const isCrowded = ({ dueAt }: TimelineJob['instants'][number]) =>
    !job.isCut && (load.jobs[Math.floor((dueAt.getTime() - load.fromMs) / 60_000)] ?? 0) > 1;
  const runs = job.instants.filter(({ decision }) => decision === 'run');
  const skipped = marks(job.instants.filter(({ decision }) => decision === 'skip'));
  const dense = { width: 1.5 };
  return (
    <Plot
      width={dayMinutes}
      height={laneHeight}
      paths={[
        ...grid,
        { d: `M0 ${middle}H${dayMinutes}`, className: 'stroke-line', mark: { width: 1 } },
        ...(job.isCut ? [{ d: `M0 ${middle - 4}H${dayMinutes}v8H0Z`, className: 'fill-chart-longest' }] : []),
        ...(isDense
          ? [{ d: skipped, className: 'stroke-line-strong', mark: dense }]
          : [
              { d: skipped, className: 'stroke-line-strong', mark: { width: 10, cap: 'round' as const } },
              { d: skipped, className: 'stroke-surface', mark: { width: 7, cap: 'round' as const } },
            ]),
        {
          d: marks(runs.filter((instant) => !isCrowded(instant))),
          className: 'stroke-chart-average',
          mark: isDense ? dense : { width: 9, cap: 'round' },
        },
        {
          d: marks(runs.filter(isCrowded)),
          className: 'stroke-warning',
          mark: isDense ? { width: 3 } : { width: 9, cap: 'square' },
        },
      ]}
    />
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
      <Row>
        <Cell className="font-medium">{t('allJobs')}</Cell>
        <Cell align="end" label={t('starts')}>
          {t(timeline.load.isAtLeast ? 'countCut' : 'count', {
            count: timeline.load.starts.reduce((sum, count) => sum + count, 0),
          })}
        </Cell>
        <Cell />
      </Row>
      {timeline.jobs.map((job) => {
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
                .map(({ dueAt }) => clock(dueAt))
                .join(t('separator'))}
              {runs.length > shownTimesMax ? '…' : null}
            </Cell>
          </Row>
        );
      })}
    </Table>
  );
}

/** Shows what the schedules start within the next 24 hours; marks and lists jobs that start in the same minute. */
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
  const locale = useLocale();
  const { jobCount, jobs, load, collisionCount, collisions } = timeline;
  if (jobCount === 0) {
    return (
      <Card>
        <CardHeader title={t('title')} />
        <p className="text-ink-muted">{t('none')}</p>
      </Card>
    );
  }
  const grid = gridPaths(span, timeZone, laneHeight);
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
              <path d="M-4.5-4.5h9v9h-9Z" className="fill-warning" />
            </LegendMark>
            <LegendMark label={t('blackout')}>
              <circle r="4" className="fill-surface stroke-line-strong" strokeWidth="1.5" />
            </LegendMark>
          </span>
        }
      />
      <ul className="space-y-0.5 max-md:space-y-1.5">
        <Lane label={<span className="text-ink-muted">{t('all')}</span>}>
          <LoadLane load={load} span={span} timeZone={timeZone} />
        </Lane>
        {jobs.map((job) => (
          <Lane
            key={job.jobId}
            label={
              <Link href={jobPath(job.jobId)} prefetch={false} className="hover:underline">
                <ReportedText text={job.title} lengthMax={60} />
              </Link>
            }
          >
            <JobLane job={job} load={load} span={span} grid={grid} />
          </Lane>
        ))}
        <Lane label={null}>
          <HourLabels span={span} timeZone={timeZone} />
        </Lane>
      </ul>
      {jobCount > jobs.length || load.isAtLeast ? (
        <p className="mt-2 text-xs text-ink-muted">
          {jobCount > jobs.length ? t('moreJobs', { count: jobCount - jobs.length }) : null}
          {load.isAtLeast ? ` ${t('atLeast')}` : null}
        </p>
      ) : null}
      {collisionCount > 0 ? (
        <div className="mt-3 text-[0.8125rem]">
          <p className="font-medium text-warning">{t('collisions', { count: collisionCount })}</p>
          <ul className="text-ink-muted">
            {collisions.map(({ at, jobCount: count, titles }) => (
              <li key={at.getTime()}>
                {t.rich('collisionAt', {
                  time: format.dateTime(at, {
                    timeZone,
                    hour: '2-digit',
                    minute: '2-digit',
                    hourCycle: 'h23',
                  }),
                  count,
                  jobs: () => (
                    <ReportedText
                      key="jobs"
                      text={titles.map((title) => textIn(title, locale)).join(t('separator'))}
                      lengthMax={120}
                    />
                  ),
                  more: count > titles.length ? t('moreNames') : '',
                })}
              </li>
            ))}
          </ul>
          {collisionCount > collisions.length ? (
            <p className="text-xs text-ink-muted">
              {t('moreCollisions', { count: collisionCount - collisions.length })}
            </p>
          ) : null}
        </div>
      ) : null}
      <details className="mt-3">
        <summary className="w-fit text-[0.8125rem] text-ink-muted hover:text-ink">{t('table')}</summary>
        <div className="mt-2">
          <TimelineTable timeline={timeline} timeZone={timeZone} />
        </div>
      </details>
    </Card>
  );
}
