import { redirect } from 'next/navigation';
import { requireMember } from '#auth/current-member.ts';
import { pluginPath } from '#http/paths.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { getPlugin } from '#features/plugins/queries.ts';

/** Redirects bookmarks of an old URL to the plugin's page [contract: plugin runs]. */
export default portalPage<PageProps<'/dashboard/plugins/[id]/schedule'>>(async ({ params }) => {
  const plugin = await getPlugin(await requireMember(), (await params).id);
  redirect(pluginPath(plugin.id));
});
