import type { Route } from 'next';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { StatusBadge } from '#components/ui/status-badge.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import type { Incident } from '#features/incidents/queries.ts';
import { FinishedTime } from '#features/kit/components/finished-time.tsx';
import { ReportedText } from '#features/kit/components/reported-text.tsx';

/** Jobs with their newest outcome. */
export function IncidentTable({ incidents, timeZone }: { incidents: Incident[]; timeZone: string }) {
  const t = useTranslations('incidents');
  const hasTools = incidents.some(({ toolName }) => toolName !== null);
  return (
    <Table
      caption={t('table.caption')}
      className="md:table-fixed"
      head={
        <>
          <HeadCell className="w-24">{t('table.state')}</HeadCell>
          <HeadCell>{t('table.job')}</HeadCell>
          {hasTools ? <HeadCell className="w-36 max-lg:w-28">{t('table.tool')}</HeadCell> : null}
          <HeadCell className="w-[34%]">{t('table.message')}</HeadCell>
          <HeadCell className="w-36">{t('table.finished')}</HeadCell>
        </>
      }
    >
      {incidents.map((incident) => (
        <Row key={incident.id} linked>
          <Cell>
            <StatusBadge state={incident.lastStatus} />
          </Cell>
          <Cell>
            <Link
              href={`/jobs/${incident.jobId}` as Route}
              prefetch={false}
              className="line-clamp-2 font-medium after:absolute after:inset-0 hover:underline"
            >
              <ReportedText text={incident.title} lengthMax={120} />
            </Link>
            <ReportedText
              text={incident.jobKey}
              lengthMax={120}
              className="block truncate font-mono text-xs leading-snug text-ink-muted"
            />
          </Cell>
          {hasTools ? (
            <Cell label={incident.toolName === null ? undefined : t('table.tool')} className="text-ink-muted">
              {incident.toolName === null ? null : <ReportedText text={incident.toolName} lengthMax={60} />}
            </Cell>
          ) : null}
          <Cell label={incident.lastMessage ? t('table.message') : undefined}>
            {incident.lastMessage ? (
              <ReportedText
                text={incident.lastMessage}
                lengthMax={160}
                className={`block max-md:line-clamp-3 md:truncate ${incident.lastStatus === 'error' ? '' : 'text-ink-muted'}`}
              />
            ) : null}
          </Cell>
          <Cell label={t('table.finished')} className="text-ink-muted">
            <FinishedTime
              at={incident.lastFinishedAt}
              timeZone={timeZone}
              clockAhead={
                incident.isClockAhead ? { word: t('clockAhead.word'), hint: t('clockAhead.hint') } : null
              }
            />
          </Cell>
        </Row>
      ))}
    </Table>
  );
}
