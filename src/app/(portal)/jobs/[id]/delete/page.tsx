import { getTranslations } from 'next-intl/server';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Card } from '#components/ui/card.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import { deleteJob } from '#features/jobs/actions.ts';
import { countRuns, getJobOnce } from '#features/jobs/queries.ts';
import { jobPath } from '#http/paths.ts';
import { ReportedText } from '#screens/reported-text.tsx';
import { requireAdmin } from '#auth/actor.ts';
import { requireMember } from '#auth/current-member.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';

export const generateMetadata = pageTitle('jobs.delete.open');

/** A page, not a dialog: counting a long history takes a moment, which only this question needs. */
export default portalPage<PageProps<'/jobs/[id]/delete'>>(async ({ params }) => {
  const admin = requireAdmin(await requireMember());
  const job = await getJobOnce(admin, (await params).id);
  const [runs, t] = await Promise.all([countRuns(admin, job.id), getTranslations('jobs')]);
  const path = jobPath(job.id);
  const title = () => (
    <ReportedText key="title" text={job.title} lengthMax={120} className="font-medium text-ink" />
  );
  return (
    <div className="mx-auto max-w-xl">
      <PageHeader
        back={{ href: path, text: <ReportedText text={job.title} lengthMax={60} /> }}
        title={t.rich('delete.title', { title: () => <ReportedText text={job.title} lengthMax={120} /> })}
      />
      <Card>
        <p>
          {t.rich('delete.warning', {
            title,
            key: () => <ReportedText key="key" text={job.jobKey} className="font-mono" />,
            runs,
          })}
        </p>
        {job.kind === 'external' ? <p className="mt-2 text-ink-muted">{t('delete.comesBack')}</p> : null}
        <ActionForm action={deleteJob} className="mt-5">
          <input type="hidden" name="jobId" value={job.id} />
          <div className="flex flex-wrap justify-end gap-2">
            <LinkButton href={path}>{t('delete.cancel')}</LinkButton>
            <SubmitButton variant="danger">{t('delete.confirm', { runs })}</SubmitButton>
          </div>
        </ActionForm>
      </Card>
    </div>
  );
});
