import { getTranslations } from 'next-intl/server';
import { PageHeader } from '#components/ui/page-header.tsx';
import { getJobOnce } from '#features/jobs/queries.ts';
import { jobPath } from '#http/paths.ts';
import { ReportedText } from '#screens/reported-text.tsx';
import { requireAdmin } from '#auth/actor.ts';
import { requireMember } from '#auth/current-member.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { ScheduleForm } from '#features/scheduler/components/schedule-form.tsx';
import { getPluginJob } from '#features/scheduler/queries.ts';

export const generateMetadata = pageTitle('schedules.form.title');

export default portalPage<PageProps<'/jobs/[id]/schedule'>>(async ({ params }) => {
  const admin = requireAdmin(await requireMember());
  const { id } = await getJobOnce(admin, (await params).id);
  const [job, t] = await Promise.all([getPluginJob(admin, id), getTranslations('schedules.form')]);
  return (
    <>
      <PageHeader
        back={{ href: jobPath(job.jobId), text: <ReportedText text={job.title} lengthMax={60} /> }}
        title={t(job.schedule === null ? 'newTitle' : 'title')}
      />
      <ScheduleForm job={job} timeZone={admin.timeZone} />
    </>
  );
});
