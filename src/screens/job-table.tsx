import { useLocale, useTranslations } from 'next-intl';
import { classNames } from '#components/ui/class-names.ts';
import { timeWriter } from '#components/ui/relative-time.tsx';
import type { ShownState } from '#components/ui/state-badge.tsx';
import { useStateWords } from '#components/ui/status-badge.tsx';
import { HeadCell, Table } from '#components/ui/table.tsx';
import { type LocalizedText, textIn } from '#domain/plugin/payload-schema.ts';
import type { Message } from '#domain/message.ts';
import { JobRows } from './job-rows.tsx';
import { shownText } from './reported-text.tsx';
import { sayMessage } from './say-message.ts';

/** A job as one row of a list. */
export interface ShownJob {
  id: string;
  states: ShownState[];
  title: LocalizedText;
  jobKey: string;
  toolName: string | null;
  lastMessage: Message | null;
  lastFinishedAt: string | null;
  isClockWrong: boolean;
  /** A failed run that was reported late, if the list shows it. */
  late?: { runId: string; message: Message | null } | null;
}

/** Jobs with their status. */
export function JobTable({
  caption,
  jobs,
  isTriage = false,
  timeZone,
}: {
  caption: string;
  jobs: readonly ShownJob[];
  /** An error message gets more room than the other columns. */
  isTriage?: boolean;
  timeZone: string;
}) {
  const t = useTranslations('lists');
  const states = useStateWords();
  const locale = useLocale();
  const write = timeWriter(locale, timeZone);
  const hasLate = jobs.some(({ late }) => late);
  const hasTools = jobs.some(({ toolName }) => toolName !== null);
  return (
    <Table
      caption={caption}
      className="scan-table md:table-fixed"
      head={
        <>
          <HeadCell className={isTriage && !hasLate ? 'w-24' : 'w-36'}>{t('state')}</HeadCell>
          <HeadCell className={isTriage ? 'w-[27%]' : 'lg:w-[28%]'}>{t('job')}</HeadCell>
          {hasTools ? <HeadCell className="w-32 max-lg:w-28">{t('tool')}</HeadCell> : null}
          <HeadCell className={classNames(!isTriage && 'max-lg:hidden')}>{t('latestMessage')}</HeadCell>
          <HeadCell className="w-34">{t('lastFinished')}</HeadCell>
        </>
      }
    >
      <JobRows
        hasTools={hasTools}
        isTriage={isTriage}
        locale={locale}
        texts={{
          states,
          tool: t('tool'),
          lateRun: t('lateRun'),
          wrongClock: { word: t('wrongClock.word'), hint: t('wrongClock.hint') },
        }}
        rows={jobs.map((job) => ({
          id: job.id,
          states: job.states,
          title: shownText(textIn(job.title, locale), 120),
          jobKey: shownText(job.jobKey, 120),
          tool: job.toolName === null ? null : shownText(job.toolName, 60),
          message: job.lastMessage ? shownText(sayMessage(job.lastMessage, locale), 160) : null,
          finished: job.lastFinishedAt ? write(job.lastFinishedAt) : null,
          isClockWrong: job.isClockWrong,
          late: job.late
            ? {
                runId: job.late.runId,
                message: job.late.message ? shownText(sayMessage(job.late.message, locale), 160) : null,
              }
            : null,
        }))}
      />
    </Table>
  );
}
