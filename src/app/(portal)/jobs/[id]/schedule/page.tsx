import { ChevronLeft } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import { Icon } from '#components/ui/icon.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { getJobOnce } from '#features/jobs/queries.ts';
import { jobPath } from '#http/paths.ts';
import { ReportedText } from '#screens/reported-text.tsx';
import { requireAdmin } from '#auth/actor.ts';
import { requireMember } from '#auth/current-member.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { ScheduleForm } from '#features/scheduler/components/schedule-form.tsx';
import { getPluginJob } from '#features/scheduler/queries.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('schedules.form');
  return { title: t('title') };
}

export default portalPage<PageProps<'/jobs/[id]/schedule'>>(async ({ params }) => {
  const admin = requireAdmin(await requireMember());
  const { id } = await getJobOnce(admin, (await params).id);
  const [job, t] = await Promise.all([getPluginJob(admin, id), getTranslations('schedules.form')]);
  return (
    <>
      <PageHeader
        above={
          <Link href={jobPath(job.jobId)} className="inline-flex items-center gap-1 hover:text-ink">
            <Icon icon={ChevronLeft} className="size-3.5" />
            <ReportedText text={job.title} lengthMax={60} />
          </Link>
        }
        title={t(job.schedule === null ? 'newTitle' : 'title')}
      />
      <ScheduleForm job={job} timeZone={admin.timeZone} />
    </>
  );
});
