import { getLocale, getTranslations } from 'next-intl/server';
import { Card } from '#components/ui/card.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { NotFoundError } from '#domain/errors.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { requireAdmin } from '#auth/actor.ts';
import { requireMember } from '#auth/current-member.ts';
import { pluginPath } from '#http/paths.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { NewJobForm } from '#features/plugins/components/new-job-form.tsx';
import { PluginName } from '#features/plugins/components/plugin-texts.tsx';
import { getPlugin, manifestJobOf } from '#features/plugins/queries.ts';

export const generateMetadata = pageTitle('plugins.jobs.new');

export default portalPage<PageProps<'/plugins/[id]/new-job/[name]'>>(async ({ params }) => {
  const { id, name } = await params;
  const admin = requireAdmin(await requireMember());
  const plugin = await getPlugin(admin, id);
  const declared = manifestJobOf(plugin, name);
  if (!declared) throw new NotFoundError('Not found');
  const [t, locale] = await Promise.all([getTranslations('plugins.job'), getLocale()]);
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader
        back={{ href: pluginPath(plugin.id), text: <PluginName plugin={plugin} /> }}
        title={t('title', { title: textIn(declared.title, locale) })}
      />
      <Card>
        <NewJobForm pluginId={plugin.id} declared={declared} />
      </Card>
    </div>
  );
});
