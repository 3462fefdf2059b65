import type { Route } from 'next';
import { useFormatter, useLocale, useTranslations } from 'next-intl';
import { formatPlainTime } from '#components/ui/format-time.ts';
import { useStateWords } from '#components/ui/status-badge.tsx';
import { HeadCell, Table } from '#components/ui/table.tsx';
import { formatDuration } from '#domain/duration.ts';
import { shownRunState } from '#domain/run/long-run.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { shownText } from '#screens/reported-text.tsx';
import { sayMessage } from '#screens/say-message.ts';
import type { ListedRun } from '#features/runs/run-list.ts';
import { type RunRow, RunRows } from './run-rows.tsx';

/** Shows runs of all jobs, newest first. */
export function RunTable({
  runs,
  listHref,
  timeZone,
}: {
  runs: readonly ListedRun[];
  listHref: Route;
  timeZone: string;
}) {
  const t = useTranslations('runs.list');
  const triggers = useTranslations('runs.triggerWords');
  const states = useStateWords();
  const locale = useLocale();
  const format = useFormatter();

  const toRow = (run: ListedRun): RunRow => {
    const { progress } = run;
    const message = run.errorMessage ?? run.message;
    const note = progress?.note ?? null;
    return {
      id: run.id,
      state: shownRunState(run),
      title: shownText(textIn(run.job.title, locale), 80),
      at: run.orderedAt,
      atText: formatPlainTime(run.orderedAt, locale, timeZone),
      duration: run.durationMs === null ? null : formatDuration(run.durationMs, locale),
      trigger: triggers(run.trigger),
      events: run.eventsProcessed === null ? null : format.number(run.eventsProcessed),
      progress:
        run.state === 'running' && progress !== null
          ? {
              done: progress.done,
              total: progress.total,
              note: note === null ? null : shownText(sayMessage(note, locale), 80),
            }
          : null,
      message: message ? shownText(sayMessage(message, locale), 160) : null,
    };
  };

  // Few jobs count the events that they process.
  const hasEvents = runs.some(({ eventsProcessed }) => eventsProcessed !== null);
  return (
    <Table
      caption={t('caption')}
      className="scan-table md:table-fixed"
      head={
        <>
          <HeadCell className="w-34">{t('state')}</HeadCell>
          <HeadCell className="w-[20%]">{t('job')}</HeadCell>
          <HeadCell className="w-42">{t('time')}</HeadCell>
          <HeadCell align="end" className="w-22">
            {t('duration')}
          </HeadCell>
          <HeadCell className="w-20 max-lg:hidden">{t('trigger')}</HeadCell>
          {hasEvents ? (
            <HeadCell align="end" className="w-24 max-lg:hidden">
              {t('events')}
            </HeadCell>
          ) : null}
          <HeadCell>{t('message')}</HeadCell>
        </>
      }
    >
      <RunRows
        texts={{
          states,
          duration: t('duration'),
          trigger: t('trigger'),
          events: t('events'),
          progress: t('progress'),
        }}
        rows={runs.map(toRow)}
        hasEvents={hasEvents}
        listHref={listHref}
      />
    </Table>
  );
}
