import { useLocale, useTranslations } from 'next-intl';
import { timeWriter } from '#components/ui/relative-time.tsx';
import { useStateWords } from '#components/ui/status-badge.tsx';
import { HeadCell, Table } from '#components/ui/table.tsx';
import type { ListedJob } from '#features/jobs/queries.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { shownText } from '#screens/reported-text.tsx';
import { sayMessage } from '#screens/say-message.ts';
import { JobRows } from './job-rows.tsx';

/** Jobs with how they are and whether they run. */
export function JobTable({ jobs, timeZone }: { jobs: ListedJob[]; timeZone: string }) {
  const t = useTranslations('jobs');
  const states = useStateWords();
  const locale = useLocale();
  const write = timeWriter(locale, timeZone);
  const hasTools = jobs.some(({ toolName }) => toolName !== null);
  return (
    <Table
      caption={t('table.caption')}
      className="scan-table md:table-fixed"
      head={
        <>
          <HeadCell className="w-36">{t('table.state')}</HeadCell>
          <HeadCell className="lg:w-[28%]">{t('table.job')}</HeadCell>
          {hasTools ? <HeadCell className="w-32 max-lg:w-28">{t('table.tool')}</HeadCell> : null}
          <HeadCell className="max-lg:hidden">{t('table.message')}</HeadCell>
          <HeadCell className="w-34">{t('table.finished')}</HeadCell>
        </>
      }
    >
      <JobRows
        hasTools={hasTools}
        locale={locale}
        texts={{
          states,
          tool: t('table.tool'),
          clockAhead: { word: t('clockAhead.word'), hint: t('clockAhead.hint') },
        }}
        rows={jobs.map((job) => ({
          id: job.id,
          states: [
            ...(job.health === 'neverRun' && job.running ? [] : [job.health]),
            ...(job.running ? (['running'] as const) : []),
          ],
          title: shownText(textIn(job.title, locale), 120),
          jobKey: shownText(job.jobKey, 120),
          tool: job.toolName === null ? null : shownText(job.toolName, 60),
          message: job.lastMessage ? shownText(sayMessage(job.lastMessage, locale), 160) : null,
          finished: job.lastFinishedAt ? write(job.lastFinishedAt) : null,
          isClockAhead: job.isClockAhead,
        }))}
      />
    </Table>
  );
}
