import type { Metadata } from 'next';
import { requireMember } from '#auth/current-member.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { ManifestView } from '#features/plugins/components/manifest-view.tsx';
import { PluginHeader } from '#features/plugins/components/plugin-header.tsx';
import { pluginTitle } from '#features/plugins/page-title.ts';
import { getPlugin } from '#features/plugins/queries.ts';

export async function generateMetadata({ params }: PageProps<'/plugins/[id]/manifest'>): Promise<Metadata> {
  return pluginTitle((await params).id);
}

export default portalPage<PageProps<'/plugins/[id]/manifest'>>(async ({ params }) => {
  const member = await requireMember();
  const plugin = await getPlugin(member, (await params).id);
  return (
    <>
      <PluginHeader
        plugin={plugin}
        current="manifest"
        timeZone={member.timeZone}
        isAdmin={member.role === 'admin'}
      />
      <ManifestView plugin={plugin} timeZone={member.timeZone} />
    </>
  );
});
