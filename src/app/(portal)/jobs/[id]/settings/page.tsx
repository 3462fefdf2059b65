import { getTranslations } from 'next-intl/server';
import { Card } from '#components/ui/card.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { getJobOnce } from '#features/jobs/queries.ts';
import { jobPath } from '#http/paths.ts';
import { ReportedText } from '#screens/reported-text.tsx';
import { requireAdmin } from '#auth/actor.ts';
import { requireMember } from '#auth/current-member.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { JobSecretsCard } from '#features/plugins/components/job-secrets-card.tsx';
import { JobSettingsForm } from '#features/plugins/components/job-settings-form.tsx';
import { getJobSettings } from '#features/plugins/plugin-screens.ts';
import { getPlugin, listJobSecrets, manifestJobOf } from '#features/plugins/queries.ts';

export const generateMetadata = pageTitle('plugins.settings.editTitle');

export default portalPage<PageProps<'/jobs/[id]/settings'>>(async ({ params }) => {
  const admin = requireAdmin(await requireMember());
  const { id } = await getJobOnce(admin, (await params).id);
  const settings = await getJobSettings(admin, id);
  const [plugin, secrets, t] = await Promise.all([
    getPlugin(admin, settings.pluginId),
    listJobSecrets(admin, id),
    getTranslations('plugins.settings'),
  ]);
  return (
    <div className="mx-auto max-w-2xl space-y-5">
      <PageHeader
        back={{ href: jobPath(id), text: <ReportedText text={settings.title} lengthMax={60} /> }}
        title={t('editTitle')}
      />
      <Card>
        <JobSettingsForm settings={settings} declared={manifestJobOf(plugin, settings.jobName)} />
      </Card>
      <JobSecretsCard jobId={id} secrets={secrets} timeZone={admin.timeZone} />
    </div>
  );
});
