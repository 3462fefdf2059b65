import { History } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { PaginationLinks } from '#components/ui/pagination-links.tsx';
import { ExactTime } from '#components/ui/relative-time.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import { addressOf } from '#http/paths.ts';
import { ReportedText } from '#screens/reported-text.tsx';
import { requireAdmin } from '#auth/actor.ts';
import { requireMember } from '#auth/current-member.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { listToolChoices } from '#features/tools/tool-choices.ts';
import { ChangeList } from '#features/audit/components/change-list.tsx';
import { listAuditEntries, readScheduleTitles } from '#features/audit/queries.ts';

export const generateMetadata = pageTitle('settings.audit.title');

const path = '/settings/audit-log';

export default portalPage<PageProps<'/settings/audit-log'>>(async ({ searchParams }) => {
  const admin = requireAdmin(await requireMember());
  const { before } = await searchParams;
  const olderThanId = typeof before === 'string' && /^\d{1,15}$/.test(before) ? Number(before) : null;
  const [page, tools, t] = await Promise.all([
    listAuditEntries(admin, olderThanId),
    listToolChoices(admin),
    getTranslations('settings.audit'),
  ]);
  const toolNames = new Map(tools.map(({ id, name }) => [id, name]));
  const scheduleTitles = await readScheduleTitles(admin, page.entries);
  const known = (key: string) => t.has(key as 'verbs.insert');

  return (
    <>
      <PageHeader title={t('title')} description={t('description')} />
      {page.entries.length === 0 ? (
        <EmptyState icon={History} title={t('empty')} />
      ) : (
        <Table
          caption={t('caption')}
          head={
            <>
              <HeadCell>{t('when')}</HeadCell>
              <HeadCell>{t('who')}</HeadCell>
              <HeadCell>{t('what')}</HeadCell>
              <HeadCell>{t('changes')}</HeadCell>
            </>
          }
        >
          {page.entries.map((entry) => {
            const action = entry.action.split('.').at(-1) ?? '';
            // "Removed", not "deleted", for a member: the person's account stays.
            const verb = [`verbsOf.${entry.subjectKind}.${action}`, `verbs.${action}`].find(known);
            const subject = known(`subjects.${entry.subjectKind}`)
              ? t(`subjects.${entry.subjectKind}` as 'subjects.tools')
              : entry.subjectKind;
            const actor = known(`actors.${entry.actorKind}`)
              ? t(`actors.${entry.actorKind}` as 'actors.member')
              : entry.actorKind;
            return (
              <Row key={entry.id}>
                <Cell className="align-top text-[0.8125rem] text-ink-muted md:whitespace-nowrap">
                  <ExactTime at={entry.at} timeZone={admin.timeZone} />
                </Cell>
                <Cell label={t('who')} className="align-top">
                  {/* A user who accepts an invitation is not a member yet, so the row has no name. */}
                  {entry.actorName || (entry.subjectKind === 'invitations' ? entry.subjectName : actor)}
                  {entry.actorName && entry.actorKind !== 'member' ? (
                    <span className="block text-xs text-ink-muted">{actor}</span>
                  ) : null}
                </Cell>
                <Cell label={t('what')} className="align-top">
                  <span>
                    <span className="block text-xs text-ink-muted">
                      {subject} · {verb === undefined ? action : t(verb as 'verbs.insert')}
                    </span>
                    <ReportedText
                      text={entry.subjectName || (scheduleTitles.get(entry.subjectId) ?? entry.subjectId)}
                    />
                  </span>
                </Cell>
                <Cell label={t('changes')} className="align-top">
                  <ChangeList entry={entry} timeZone={admin.timeZone} toolNames={toolNames} />
                </Cell>
              </Row>
            );
          })}
        </Table>
      )}
      <PaginationLinks
        newerHref={olderThanId === null ? null : path}
        olderHref={page.olderThan === null ? null : addressOf(path, { before: String(page.olderThan) })}
        order="time"
      />
    </>
  );
});
