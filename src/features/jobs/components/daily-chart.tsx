import type { Route } from 'next';
import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import { Card, CardHeader } from '#components/ui/card.tsx';
import type { DailyStats } from '#data/run-stats-daily-row.ts';
import { countScale, durationScale, type Scale } from '#domain/chart-scale.ts';
import { formatDuration } from '#domain/duration.ts';
import { addressOf } from '#http/paths.ts';
import { type DayPath, DayPlot } from './day-plot.tsx';

const plotHeight = 112;
const topSpace = 10;

/** Distance from the top of the plot, in pixels. */
const y = (value: number, scale: Scale) =>
  Number((topSpace + plotHeight * (1 - value / scale.end)).toFixed(1));

/** Draws one bar per day from `from` to `to`, as a path in which a day is one unit wide. */
function bars(spans: ({ from: number; to: number } | null)[], scale: Scale): string {
  return spans
    .map((span, index) =>
      span === null || span.from === span.to
        ? ''
        : `M${index + 0.11} ${y(span.from, scale)}V${y(span.to, scale)}h.78V${y(span.from, scale)}z`,
    )
    .join('');
}

/** Draws a line across all days at each mark of the scale. */
function grid(scale: Scale, dayCount: number): DayPath {
  return {
    d: scale.marks.map((mark) => `M0 ${y(mark, scale)}H${dayCount}`).join(''),
    className: 'stroke-line [vector-effect:non-scaling-stroke]',
  };
}

const axisOf = (scale: Scale, format: (value: number) => string) =>
  scale.marks.map((mark) => ({ y: y(mark, scale), text: format(mark) }));

function OutcomePlot({
  days,
  label,
  titles,
}: {
  days: DailyStats[];
  label: string;
  titles: readonly string[];
}) {
  const scale = countScale(Math.max(...days.map((day) => day.successCount + day.failedCount)));
  const successes = days.map(({ successCount }) => ({ from: 0, to: successCount }));
  const failures = days.map((day) => ({ from: day.successCount, to: day.successCount + day.failedCount }));
  return (
    <DayPlot
      label={label}
      top={topSpace}
      height={plotHeight}
      axis={axisOf(scale, String)}
      titles={titles}
      paths={[
        grid(scale, days.length),
        { d: bars(successes, scale), className: 'fill-chart-success' },
        { d: bars(failures, scale), className: 'fill-danger-solid' },
      ]}
    />
  );
}

function DurationPlot({
  days,
  label,
  titles,
  format,
}: {
  days: DailyStats[];
  label: string;
  titles: readonly string[];
  format: (ms: number) => string;
}) {
  const scale = durationScale(Math.max(...days.map((day) => day.longestMs ?? 0)));
  const longest = days.map(({ longestMs }) => (longestMs === null ? null : { from: 0, to: longestMs }));
  // A line across days without runs would show durations that were never measured. A single day is a dot: a line of
  // zero length with round ends.
  const average = days
    .map(({ averageMs }, index) => {
      if (averageMs === null) return '';
      const isFirst = (days[index - 1]?.averageMs ?? null) === null;
      const isLone = isFirst && (days[index + 1]?.averageMs ?? null) === null;
      return `${isFirst ? 'M' : 'L'}${index + 0.5} ${y(averageMs, scale)}${isLone ? 'h0' : ''}`;
    })
    .join('');
  return (
    <DayPlot
      label={label}
      top={topSpace}
      height={plotHeight}
      axis={axisOf(scale, (ms) => (ms === 0 ? '0' : format(ms)))}
      titles={titles}
      paths={[
        grid(scale, days.length),
        { d: bars(longest, scale), className: 'fill-chart-longest' },
        {
          d: average,
          className: 'stroke-chart-average',
          isLine: true,
        },
      ]}
    />
  );
}

/** Formats a day. It is already in the tenant's zone; UTC only keeps it from shifting. */
function dayWriter(locale: string, parts: Intl.DateTimeFormatOptions): (day: string) => string {
  const format = new Intl.DateTimeFormat(locale, { ...parts, timeZone: 'UTC' });
  return (day) => format.format(new Date(`${day}T12:00:00Z`));
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

/** Shows outcomes and durations of a job's last days, one bar per day, and on request as a table. */
export function DailyChart({
  days,
  timeZone,
  isTableShown,
  tableHref,
  path,
}: {
  days: DailyStats[];
  timeZone: string;
  isTableShown: boolean;
  /** Shows or hides the table. */
  tableHref: Route;
  /** The job's page; a day in the table links to its history of that day. */
  path: Route;
}) {
  const t = useTranslations('jobs.chart');
  const locale = useLocale();
  const duration = (ms: number) => formatDuration(ms, locale);
  const shortDay = dayWriter(locale, { month: 'numeric', day: 'numeric' });
  const longDay = dayWriter(locale, { month: 'long', day: 'numeric', weekday: 'short' });

  const success = days.reduce((sum, day) => sum + day.successCount, 0);
  const failed = days.reduce((sum, day) => sum + day.failedCount, 0);
  const hasDurations = days.some((day) => day.longestMs !== null);
  const used = days.filter((day) => day.successCount + day.failedCount + day.canceledCount > 0).reverse();
  // One text per day for both plots, so that the pointer shows all numbers of a day.
  const titles = days.map((day) => {
    const outcomes = { day: longDay(day.day), success: day.successCount, failed: day.failedCount };
    return day.averageMs === null || day.longestMs === null
      ? t('dayOutcomes', outcomes)
      : t('dayTitle', {
          ...outcomes,
          average: duration(day.averageMs),
          longest: duration(day.longestMs),
        });
  });

  return (
    <Card>
      <CardHeader
        title={t('title')}
        description={used.length > 0 ? t('totals', { success, failed }) : undefined}
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
          <OutcomePlot days={days} label={t('description', { success, failed })} titles={titles} />
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
              <DurationPlot days={days} label={t('durations')} titles={titles} format={duration} />
            </>
          ) : null}
          <DayLabels days={days} format={shortDay} />
          <p className="mt-3 text-[0.8125rem]">
            <Link
              href={tableHref}
              prefetch={false}
              scroll={false}
              className="text-ink-muted underline-offset-2 hover:text-ink hover:underline"
            >
              {t(isTableShown ? 'hideTable' : 'table')}
            </Link>
          </p>
          {isTableShown ? (
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
                      <td>
                        <Link
                          href={addressOf(path, { chart: 'table', from: day.day, to: day.day })}
                          prefetch={false}
                          scroll={false}
                          className="underline-offset-2 hover:underline"
                        >
                          {longDay(day.day)}
                        </Link>
                      </td>
                      <td>{day.successCount}</td>
                      <td>{day.failedCount}</td>
                      <td>{day.averageMs === null ? '—' : duration(day.averageMs)}</td>
                      <td>{day.longestMs === null ? '—' : duration(day.longestMs)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          ) : null}
        </>
      )}
    </Card>
  );
}
