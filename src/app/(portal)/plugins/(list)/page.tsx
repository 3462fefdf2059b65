import { Blocks } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { requireMember } from '#auth/current-member.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { AddPluginDialog } from '#features/plugins/components/add-plugin-dialog.tsx';
import { PluginTable } from '#features/plugins/components/plugin-table.tsx';
import { countJobs } from '#features/plugins/plugin-screens.ts';
import { listPlugins } from '#features/plugins/queries.ts';

export const generateMetadata = pageTitle('plugins.title');

export default portalPage(async () => {
  const member = await requireMember();
  const isAdmin = member.role === 'admin';
  const [plugins, t] = await Promise.all([listPlugins(member), getTranslations('plugins')]);
  const jobCounts = await countJobs(
    member,
    plugins.map(({ id }) => id),
  );
  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('description')}
        actions={isAdmin ? <AddPluginDialog /> : null}
      />
      {plugins.length === 0 ? (
        <EmptyState icon={Blocks} title={t('empty.title')}>
          {t('empty.body')}
        </EmptyState>
      ) : (
        <PluginTable plugins={plugins} jobCounts={jobCounts} timeZone={member.timeZone} isAdmin={isAdmin} />
      )}
    </>
  );
});
