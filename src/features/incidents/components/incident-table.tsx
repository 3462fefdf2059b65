import { useLocale, useTranslations } from 'next-intl';
import { timeWriter } from '#components/ui/relative-time.tsx';
import { HeadCell, Table } from '#components/ui/table.tsx';
import type { Incident } from '#features/incidents/queries.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { shownText } from '#screens/reported-text.tsx';
import { useOwnMessages } from '#screens/own-messages.ts';
import { IncidentRows } from './incident-rows.tsx';

/** Jobs with their newest outcome. */
export function IncidentTable({
  incidents,
  timeZone,
  portalJobs,
}: {
  incidents: Incident[];
  timeZone: string;
  /** Jobs whose messages the portal wrote. */
  portalJobs: ReadonlySet<string>;
}) {
  const t = useTranslations('incidents');
  const states = useTranslations('states');
  const own = useOwnMessages();
  const locale = useLocale();
  const write = timeWriter(locale, timeZone);
  const hasTools = incidents.some(({ toolName }) => toolName !== null);
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
      <IncidentRows
        hasTools={hasTools}
        locale={locale}
        texts={{
          states: { success: states('success'), error: states('error') },
          tool: t('table.tool'),
          clockAhead: { word: t('clockAhead.word'), hint: t('clockAhead.hint') },
        }}
        rows={incidents.map((incident) => ({
          jobId: incident.jobId,
          state: incident.lastStatus,
          title: shownText(textIn(incident.title, locale), 120),
          jobKey: shownText(incident.jobKey, 120),
          tool: incident.toolName === null ? null : shownText(incident.toolName, 60),
          message: incident.lastMessage
            ? shownText(
                portalJobs.has(incident.jobId) ? own(incident.lastMessage) : incident.lastMessage,
                160,
              )
            : null,
          finished: write(incident.lastFinishedAt),
          isClockAhead: incident.isClockAhead,
        }))}
      />
    </Table>
  );
}
