import { getTranslations } from 'next-intl/server';
import { PageHeader } from '#components/ui/page-header.tsx';
import { getJobOnce } from '#features/jobs/queries.ts';
import { addressOf, jobOccurrencesPath, jobPath } from '#http/paths.ts';
import { ReportedText } from '#screens/reported-text.tsx';
import { requireMember } from '#auth/current-member.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { OccurrenceList } from '#features/scheduler/components/occurrence-list.tsx';
import { listOccurrences } from '#features/scheduler/queries.ts';
import { parseLedgerAddress } from '#features/scheduler/schemas.ts';

export const generateMetadata = pageTitle('schedules.ledger.title');

export default portalPage<PageProps<'/jobs/[id]/occurrences'>>(async ({ params, searchParams }) => {
  const { after } = parseLedgerAddress(await searchParams);
  const member = await requireMember();
  const job = await getJobOnce(member, (await params).id);
  const [ledger, t] = await Promise.all([
    listOccurrences(member, { jobId: job.id, after: after ?? undefined }),
    getTranslations('schedules.ledger'),
  ]);
  return (
    <>
      <PageHeader
        back={{ href: jobPath(job.id), text: <ReportedText text={job.title} lengthMax={60} /> }}
        title={t('title')}
        description={t('description')}
      />
      <OccurrenceList
        hasTitle={false}
        occurrences={ledger.occurrences}
        timeZone={member.timeZone}
        olderHref={
          ledger.next === null ? null : addressOf(jobOccurrencesPath(job.id), { after: ledger.next })
        }
      />
    </>
  );
});
