import { useFormatter, useLocale, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Card, CardHeader } from '#components/ui/card.tsx';
import type { DailyStats } from '#data/run-stats-daily-row.ts';
import { countScale, durationScale, type Scale } from '#domain/chart-scale.ts';
import { formatDuration } from '#domain/duration.ts';

const plotHeight = 112;
const topSpace = 10;
const svgHeight = plotHeight + topSpace + 6;

/** Distance from the top of the plot, in pixels. */
const y = (value: number, scale: Scale) =>
  Number((topSpace + plotHeight * (1 - value / scale.end)).toFixed(1));

/** One bar a day from `from` to `to`, as a path in which a day is one unit wide. */
function bars(spans: ({ from: number; to: number } | null)[], scale: Scale): string {
  return spans
    .map((span, index) =>
      span === null || span.from === span.to
        ? ''
        : `M${index + 0.11} ${y(span.from, scale)}V${y(span.to, scale)}h.78V${y(span.from, scale)}z`,
    )
    .join('');
}

function AxisLabels({ scale, format }: { scale: Scale; format: (value: number) => string }) {
  return (
    <svg aria-hidden="true" width="52" height={svgHeight} className="shrink-0 fill-ink-muted text-[11px]">
      {scale.marks.map((mark) => (
        <text key={mark} x="46" y={y(mark, scale)} dy="0.35em" textAnchor="end">
          {format(mark)}
        </text>
      ))}
    </svg>
  );
}

/**
 * A plot that is as wide as its place: it is stretched, so it holds no text, and lines keep their width. Each day has a
 * title over its whole height.
 */
function Plot({
  days,
  scale,
  label,
  axis,
  titleOf,
  children,
}: {
  days: DailyStats[];
  scale: Scale;
  label: string;
  axis: (value: number) => string;
  titleOf: (day: DailyStats) => string;
  children: ReactNode;
}) {
  return (
    <div className="flex">
      <AxisLabels scale={scale} format={axis} />
      <svg
        role="img"
        aria-label={label}
        viewBox={`0 0 ${days.length} ${svgHeight}`}
        preserveAspectRatio="none"
        height={svgHeight}
        className="w-0 min-w-0 flex-1 [&>path]:pointer-events-none"
      >
        <g className="fill-transparent [&>rect:hover]:fill-hover">
          {days.map((day, index) => (
            <rect key={day.day} x={index} y={topSpace} width="1" height={plotHeight}>
              <title>{titleOf(day)}</title>
            </rect>
          ))}
        </g>
        <path
          d={scale.marks.map((mark) => `M0 ${y(mark, scale)}H${days.length}`).join('')}
          vectorEffect="non-scaling-stroke"
          className="stroke-line"
        />
        {children}
      </svg>
    </div>
  );
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
  const successes = days.map(({ successCount }) => ({ from: 0, to: successCount }));
  const failures = days.map((day) => ({ from: day.successCount, to: day.successCount + day.failedCount }));
  return (
    <Plot days={days} scale={scale} label={label} axis={String} titleOf={titleOf}>
      <path d={bars(successes, scale)} className="fill-chart-success" />
      <path d={bars(failures, scale)} className="fill-danger-solid" />
    </Plot>
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
  const longest = days.map(({ longestMs }) => (longestMs === null ? null : { from: 0, to: longestMs }));
  const averages = days.flatMap(({ averageMs }, index) =>
    averageMs === null ? [] : [`${index + 0.5} ${y(averageMs, scale)}`],
  );
  return (
    <Plot days={days} scale={scale} label={label} axis={format} titleOf={titleOf}>
      <path d={bars(longest, scale)} className="fill-chart-longest" />
      <path
        // A lone day is a dot: a line of no length with round ends.
        d={`M${averages.join('L')}${averages.length === 1 ? 'h0' : ''}`}
        fill="none"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
        className="stroke-chart-average"
      />
    </Plot>
  );
}

function DayLabels({ days, format }: { days: DailyStats[]; format: (day: string) => string }) {
  return (
    <div className="flex">
      <span className="w-13 shrink-0" />
      <svg
        aria-hidden="true"
        height="18"
        overflow="visible"
        className="w-0 min-w-0 flex-1 fill-ink-muted text-[11px]"
      >
        {days.map((day, index) =>
          (days.length - 1 - index) % 15 === 7 ? (
            <text
              key={day.day}
              x={`${(((index + 0.5) * 100) / days.length).toFixed(2)}%`}
              y="13"
              textAnchor="middle"
            >
              {format(day.day)}
            </text>
          ) : null,
        )}
      </svg>
    </div>
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
  const longDays = new Map(
    days.map(({ day }) => [
      day,
      format.dateTime(noon(day), { month: 'long', day: 'numeric', weekday: 'short', timeZone: 'UTC' }),
    ]),
  );
  const longDay = (day: string) => longDays.get(day) ?? day;

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
            <div
              className="mt-2 max-h-96 overflow-y-auto"
              tabIndex={0}
              role="region"
              aria-label={t('tableCaption')}
            >
              <table className="w-full text-[0.8125rem] [&_td]:py-1 [&_td+td]:text-end [&_th]:py-1 [&_th]:font-medium [&_th]:text-ink-muted [&_th+th]:text-end">
                <caption className="sr-only">{t('tableCaption')}</caption>
                <thead>
                  <tr>
                    <th scope="col" className="text-start">
                      {t('day')}
                    </th>
                    <th scope="col">{t('success')}</th>
                    <th scope="col">{t('failed')}</th>
                    <th scope="col">{t('average')}</th>
                    <th scope="col">{t('longest')}</th>
                  </tr>
                </thead>
                <tbody className="divide-y divide-line">
                  {used.map((day) => (
                    <tr key={day.day}>
                      <td>{longDay(day.day)}</td>
                      <td>{day.successCount}</td>
                      <td>{day.failedCount}</td>
                      <td>{day.averageMs === null ? '—' : duration(day.averageMs)}</td>
                      <td>{day.longestMs === null ? '—' : duration(day.longestMs)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
        </>
      )}
    </Card>
  );
}
