import { useLocale, useTranslations } from 'next-intl';
import { timeWriter } from '#components/ui/relative-time.tsx';
import { HeadCell, Table } from '#components/ui/table.tsx';
import type { ListedJobStatus } from '#features/job-status/queries.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { shownText } from '#screens/reported-text.tsx';
import { sayMessage } from '#screens/say-message.ts';
import { JobStatusRows } from './job-status-rows.tsx';

/** Jobs with their newest outcome. */
export function JobStatusTable({ statuses, timeZone }: { statuses: ListedJobStatus[]; timeZone: string }) {
  const t = useTranslations('incidents');
  const states = useTranslations('states');
  const locale = useLocale();
  const write = timeWriter(locale, timeZone);
  const hasTools = statuses.some(({ toolName }) => toolName !== null);
  return (
    <Table
      caption={t('table.caption')}
      className="scan-table md:table-fixed"
      head={
        <>
          <HeadCell className="w-24">{t('table.state')}</HeadCell>
          <HeadCell className="w-[27%]">{t('table.job')}</HeadCell>
          {hasTools ? <HeadCell className="w-32 max-lg:w-28">{t('table.tool')}</HeadCell> : null}
          <HeadCell>{t('table.message')}</HeadCell>
          <HeadCell className="w-34">{t('table.finished')}</HeadCell>
        </>
      }
    >
      <JobStatusRows
        hasTools={hasTools}
        locale={locale}
        texts={{
          states: { success: states('success'), error: states('error') },
          tool: t('table.tool'),
          clockAhead: { word: t('clockAhead.word'), hint: t('clockAhead.hint') },
        }}
        rows={statuses.map((status) => ({
          jobId: status.jobId,
          state: status.lastStatus,
          title: shownText(textIn(status.title, locale), 120),
          jobKey: shownText(status.jobKey, 120),
          tool: status.toolName === null ? null : shownText(status.toolName, 60),
          message: status.lastMessage ? shownText(sayMessage(status.lastMessage, locale), 160) : null,
          finished: write(status.lastFinishedAt),
          isClockAhead: status.isClockAhead,
        }))}
      />
    </Table>
  );
}
