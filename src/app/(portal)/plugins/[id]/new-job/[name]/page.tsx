import { ChevronLeft } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { Card } from '#components/ui/card.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { NotFoundError } from '#domain/errors.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { requireAdmin } from '#auth/actor.ts';
import { requireMember } from '#auth/current-member.ts';
import { pluginPath } from '#http/paths.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { NewJobForm } from '#features/plugins/components/new-job-form.tsx';
import { PluginName } from '#features/plugins/components/plugin-texts.tsx';
import { getPlugin, manifestJobOf } from '#features/plugins/queries.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('plugins.jobs');
  return { title: t('new') };
}

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
        above={
          <Link href={pluginPath(plugin.id)} className="inline-flex items-center gap-1 hover:text-ink">
            <Icon icon={ChevronLeft} className="size-3.5" />
            <PluginName plugin={plugin} />
          </Link>
        }
        title={t('title', { title: textIn(declared.title, locale) })}
      />
      <Card>
        <NewJobForm pluginId={plugin.id} declared={declared} />
      </Card>
    </div>
  );
});
