import { useFormatter, useLocale, useTranslations } from 'next-intl';
import { Card, CardHeader } from '#components/ui/card.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import type { DailyStats } from '#data/run-stats-daily-row.ts';
import { countScale, durationScale, type Scale } from '#domain/chart-scale.ts';
import { formatDuration } from '#domain/duration.ts';

const plotHeight = 112;
const topSpace = 10;

/** Distance from the top of the plot, in pixels. */
const y = (value: number, scale: Scale) => topSpace + plotHeight * (1 - value / scale.end);

/** Distance from the left in per cent, so that the plot is as wide as its place and its text is never stretched. */
const x = (index: number, count: number) => `${((index * 100) / count).toFixed(3)}%`;

function AxisLabels({ scale, format }: { scale: Scale; format: (value: number) => string }) {
  return (
    <svg
      aria-hidden="true"
      width="52"
      height={plotHeight + topSpace + 6}
      className="shrink-0 fill-ink-muted text-[11px]"
    >
      {scale.marks.map((mark) => (
        <text key={mark} x="46" y={y(mark, scale)} dy="0.35em" textAnchor="end">
          {format(mark)}
        </text>
      ))}
    </svg>
  );
}

function GridLines({ scale }: { scale: Scale }) {
  return scale.marks.map((mark) => (
    <line key={mark} x1="0" x2="100%" y1={y(mark, scale)} y2={y(mark, scale)} className="stroke-line" />
  ));
}

function OutcomePlot({
  days,
  label,
  titleOf,
}: {
  days: DailyStats[];
  label: string;
  titleOf: (day: DailyStats) => string;
}) {
  const scale = countScale(Math.max(...days.map((day) => day.successCount + day.failedCount)));
  const width = x(0.78, days.length);
  return (
    <div className="flex">
      <AxisLabels scale={scale} format={String} />
      <svg
        role="img"
        aria-label={label}
        width="100%"
        height={plotHeight + topSpace + 6}
        className="min-w-0 flex-1"
      >
        <GridLines scale={scale} />
        {days.map((day, index) => {
          const successTop = y(day.successCount, scale);
          const failedTop = y(day.successCount + day.failedCount, scale);
          return (
            <g key={day.day} className="group">
              <rect
                x={x(index, days.length)}
                width={x(1, days.length)}
                y={topSpace}
                height={plotHeight}
                className="fill-transparent group-hover:fill-hover"
              />
              <rect
                x={x(index + 0.11, days.length)}
                width={width}
                y={successTop}
                height={y(0, scale) - successTop}
                className="fill-chart-success"
              />
              <rect
                x={x(index + 0.11, days.length)}
                width={width}
                y={failedTop}
                height={successTop - failedTop}
                className="fill-danger-solid"
              />
              <title>{titleOf(day)}</title>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function DurationPlot({
  days,
  label,
  titleOf,
  format,
}: {
  days: DailyStats[];
  label: string;
  titleOf: (day: DailyStats) => string;
  format: (ms: number) => string;
}) {
  const scale = durationScale(Math.max(...days.map((day) => day.longestMs ?? 0)));
  const centre = (index: number) => x(index + 0.5, days.length);
  const withAverage = days.flatMap((day, index) =>
    day.averageMs === null ? [] : [{ index, averageMs: day.averageMs }],
  );
  return (
    <div className="flex">
      <AxisLabels scale={scale} format={format} />
      <svg
        role="img"
        aria-label={label}
        width="100%"
        height={plotHeight + topSpace + 6}
        className="min-w-0 flex-1"
      >
        <GridLines scale={scale} />
        {days.map((day, index) => (
          <g key={day.day} className="group">
            <rect
              x={x(index, days.length)}
              width={x(1, days.length)}
              y={topSpace}
              height={plotHeight}
              className="fill-transparent group-hover:fill-hover"
            />
            {day.longestMs === null ? null : (
              <rect
                x={x(index + 0.11, days.length)}
                width={x(0.78, days.length)}
                y={y(day.longestMs, scale)}
                height={y(0, scale) - y(day.longestMs, scale)}
                className="fill-chart-longest"
              />
            )}
            <title>{titleOf(day)}</title>
          </g>
        ))}
        <g className="pointer-events-none stroke-chart-average" strokeWidth="2" strokeLinecap="round">
          {withAverage.map((point, place) => {
            const next = withAverage[place + 1];
            // A lone day is a dot: a line of no length with round ends.
            return (
              <line
                key={point.index}
                x1={centre(point.index)}
                y1={y(point.averageMs, scale)}
                x2={centre(next?.index ?? point.index)}
                y2={y(next?.averageMs ?? point.averageMs, scale)}
              />
            );
          })}
        </g>
      </svg>
    </div>
  );
}

function DayLabels({ days, format }: { days: DailyStats[]; format: (day: string) => string }) {
  return (
    <svg aria-hidden="true" width="100%" height="18" className="fill-ink-muted text-[11px]">
      <svg x="52" className="w-[calc(100%-52px)]" height="18" overflow="visible">
        {days.map((day, index) =>
          (days.length - 1 - index) % 15 === 7 ? (
            <text key={day.day} x={x(index + 0.5, days.length)} y="13" textAnchor="middle">
              {format(day.day)}
            </text>
          ) : null,
        )}
      </svg>
    </svg>
  );
}

function Legend({ entries }: { entries: { word: string; className: string }[] }) {
  return (
    <span className="flex flex-wrap gap-x-3 text-xs text-ink-muted">
      {entries.map(({ word, className }) => (
        <span key={word} className="inline-flex items-center gap-1.5">
          <span aria-hidden="true" className={`inline-block w-3 rounded-xs ${className}`} />
          {word}
        </span>
      ))}
    </span>
  );
}

/** Outcomes and durations of a job's last days, one bar a day, drawn on the server; the same numbers stand in a table. */
export function DailyChart({ days, timeZone }: { days: DailyStats[]; timeZone: string }) {
  const t = useTranslations('jobs.chart');
  const locale = useLocale();
  const format = useFormatter();
  const duration = (ms: number) => formatDuration(ms, locale);
  // The day is the tenant's already; the zone here only keeps it from being moved.
  const noon = (day: string) => new Date(`${day}T12:00:00Z`);
  const shortDay = (day: string) =>
    format.dateTime(noon(day), { month: 'numeric', day: 'numeric', timeZone: 'UTC' });
  const longDay = (day: string) =>
    format.dateTime(noon(day), { month: 'long', day: 'numeric', weekday: 'short', timeZone: 'UTC' });

  const success = days.reduce((sum, day) => sum + day.successCount, 0);
  const failed = days.reduce((sum, day) => sum + day.failedCount, 0);
  const hasDurations = days.some((day) => day.longestMs !== null);
  const used = days.filter((day) => day.successCount + day.failedCount + day.canceledCount > 0).reverse();
  const durationsOf = (day: DailyStats) =>
    day.averageMs === null || day.longestMs === null
      ? t('dayWithoutDuration', { day: longDay(day.day) })
      : t('dayDurations', {
          day: longDay(day.day),
          average: duration(day.averageMs),
          longest: duration(day.longestMs),
        });

  return (
    <Card>
      <CardHeader
        title={t('title')}
        description={used.length > 0 ? t('description', { success, failed }) : undefined}
        action={<span className="text-xs text-ink-muted">{t('zone', { zone: timeZone })}</span>}
      />
      {used.length === 0 ? (
        <p className="text-ink-muted">{t('none')}</p>
      ) : (
        <>
          <div className="mb-1 flex flex-wrap items-baseline justify-between gap-x-4">
            <h3 className="text-xs font-medium text-ink-muted">{t('outcomes')}</h3>
            <Legend
              entries={[
                { word: t('success'), className: 'h-2.5 bg-chart-success' },
                { word: t('failed'), className: 'h-2.5 bg-danger-solid' },
              ]}
            />
          </div>
          <OutcomePlot
            days={days}
            label={t('description', { success, failed })}
            titleOf={(day) =>
              t('dayOutcomes', { day: longDay(day.day), success: day.successCount, failed: day.failedCount })
            }
          />
          {hasDurations ? (
            <>
              <div className="mt-2 mb-1 flex flex-wrap items-baseline justify-between gap-x-4">
                <h3 className="text-xs font-medium text-ink-muted">{t('durations')}</h3>
                <Legend
                  entries={[
                    { word: t('average'), className: 'h-0.5 bg-chart-average' },
                    { word: t('longest'), className: 'h-2.5 bg-chart-longest' },
                  ]}
                />
              </div>
              <DurationPlot days={days} label={t('durations')} titleOf={durationsOf} format={duration} />
            </>
          ) : null}
          <DayLabels days={days} format={shortDay} />
          <details className="mt-3">
            <summary className="w-fit text-[0.8125rem] text-ink-muted hover:text-ink">{t('table')}</summary>
            <div className="mt-2 max-h-96 overflow-y-auto">
              <Table
                caption={t('tableCaption')}
                head={
                  <>
                    <HeadCell>{t('day')}</HeadCell>
                    <HeadCell align="end">{t('success')}</HeadCell>
                    <HeadCell align="end">{t('failed')}</HeadCell>
                    <HeadCell align="end">{t('average')}</HeadCell>
                    <HeadCell align="end">{t('longest')}</HeadCell>
                  </>
                }
              >
                {used.map((day) => (
                  <Row key={day.day}>
                    <Cell>
                      <time dateTime={day.day}>{longDay(day.day)}</time>
                    </Cell>
                    <Cell align="end" label={t('success')}>
                      {format.number(day.successCount)}
                    </Cell>
                    <Cell align="end" label={t('failed')}>
                      {format.number(day.failedCount)}
                    </Cell>
                    <Cell align="end" label={t('average')}>
                      {day.averageMs === null ? '—' : duration(day.averageMs)}
                    </Cell>
                    <Cell align="end" label={t('longest')}>
                      {day.longestMs === null ? '—' : duration(day.longestMs)}
                    </Cell>
                  </Row>
                ))}
              </Table>
            </div>
          </details>
        </>
      )}
    </Card>
  );
}
