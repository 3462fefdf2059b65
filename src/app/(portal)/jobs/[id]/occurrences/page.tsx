import { ChevronLeft } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import { Icon } from '#components/ui/icon.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { getJobOnce } from '#features/jobs/queries.ts';
import { addressOf, jobOccurrencesPath, jobPath } from '#http/paths.ts';
import { ReportedText } from '#screens/reported-text.tsx';
import { requireMember } from '#auth/current-member.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { OccurrenceList } from '#features/scheduler/components/occurrence-list.tsx';
import { listOccurrences } from '#features/scheduler/queries.ts';
import { parseLedgerAddress } from '#features/scheduler/schemas.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('schedules.ledger');
  return { title: t('title') };
}

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
        above={
          <Link href={jobPath(job.id)} className="inline-flex items-center gap-1 hover:text-ink">
            <Icon icon={ChevronLeft} className="size-3.5" />
            <ReportedText text={job.title} lengthMax={60} />
          </Link>
        }
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
