import type { Route } from 'next';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { StatusBadge } from '#components/ui/status-badge.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import type { ListedJob } from '#features/jobs/queries.ts';
import { FinishedTime } from '#features/kit/components/finished-time.tsx';
import { ReportedText } from '#features/kit/components/reported-text.tsx';

/** Jobs with how they are and whether they run. */
export function JobTable({ jobs, timeZone }: { jobs: ListedJob[]; timeZone: string }) {
  const t = useTranslations('jobs');
  const hasTools = jobs.some(({ toolName }) => toolName !== null);
  return (
    <Table
      caption={t('table.caption')}
      className="md:table-fixed"
      head={
        <>
          <HeadCell className="w-36">{t('table.state')}</HeadCell>
          <HeadCell>{t('table.job')}</HeadCell>
          {hasTools ? <HeadCell className="w-36 max-lg:w-28">{t('table.tool')}</HeadCell> : null}
          <HeadCell className="w-[30%] max-lg:hidden">{t('table.message')}</HeadCell>
          <HeadCell className="w-36">{t('table.finished')}</HeadCell>
        </>
      }
    >
      {jobs.map((job) => (
        <Row key={job.id} linked>
          <Cell>
            <span className="flex flex-wrap gap-1">
              {job.health === 'neverRun' && job.running ? null : <StatusBadge state={job.health} />}
              {job.running ? <StatusBadge state="running" /> : null}
            </span>
          </Cell>
          <Cell>
            <Link
              href={`/jobs/${job.id}` as Route}
              prefetch={false}
              className="line-clamp-2 font-medium after:absolute after:inset-0 hover:underline"
            >
              <ReportedText text={job.title} lengthMax={120} />
            </Link>
            <ReportedText
              text={job.jobKey}
              lengthMax={120}
              className="block truncate font-mono text-xs leading-snug text-ink-muted"
            />
          </Cell>
          {hasTools ? (
            <Cell label={job.toolName === null ? undefined : t('table.tool')} className="text-ink-muted">
              {job.toolName === null ? null : <ReportedText text={job.toolName} lengthMax={60} />}
            </Cell>
          ) : null}
          <Cell
            label={job.lastMessage ? t('table.message') : undefined}
            className="text-ink-muted md:max-lg:hidden"
          >
            {job.lastMessage ? (
              <ReportedText
                text={job.lastMessage}
                lengthMax={160}
                className="block max-md:line-clamp-3 md:truncate"
              />
            ) : null}
          </Cell>
          <Cell label={job.lastFinishedAt ? t('table.finished') : undefined} className="text-ink-muted">
            {job.lastFinishedAt ? (
              <FinishedTime
                at={job.lastFinishedAt}
                timeZone={timeZone}
                clockAhead={
                  job.isClockAhead ? { word: t('clockAhead.word'), hint: t('clockAhead.hint') } : null
                }
              />
            ) : null}
          </Cell>
        </Row>
      ))}
    </Table>
  );
}
