import { useLocale, useTranslations } from 'next-intl';
import { Badge } from '#components/ui/badge.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Tabs } from '#components/ui/tabs.tsx';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { pluginManifestPath, pluginPath, pluginRunsPath } from '#http/paths.ts';
import { OffSince } from '#screens/off-since.tsx';
import { ReportedText } from '#screens/reported-text.tsx';
import { manifestOf, type PluginDetail } from '#features/plugins/queries.ts';
import { PluginHealth } from './plugin-health.tsx';
import { PluginSwitch } from './plugin-switch.tsx';
import { ManifestText, PluginName } from './plugin-texts.tsx';
import { RemotePluginActions } from './remote-plugin-actions.tsx';

/** The header of a plugin's pages, with the links between them. */
export function PluginHeader({
  plugin,
  current,
  timeZone,
  isAdmin,
}: {
  plugin: PluginDetail;
  current: 'jobs' | 'runs' | 'manifest';
  timeZone: string;
  isAdmin: boolean;
}) {
  const t = useTranslations('plugins');
  const locale = useLocale();
  const manifest = manifestOf(plugin);
  const tabs = [
    { name: 'jobs', href: pluginPath(plugin.id) },
    { name: 'runs', href: pluginRunsPath(plugin.id) },
    { name: 'manifest', href: pluginManifestPath(plugin.id) },
  ] as const;
  return (
    <>
      <PageHeader
        back={{ href: '/plugins', text: t('back') }}
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <PluginName plugin={plugin} />
            <Badge>{t(`kinds.${plugin.kind}`)}</Badge>
          </span>
        }
        description={manifest?.description ? <ManifestText text={manifest.description} /> : null}
        actions={<PluginSwitch plugin={plugin} canChange={isAdmin} />}
      />
      {plugin.kind === 'remote' ? (
        <div className="mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-3 text-[0.8125rem]">
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
            <dt className="text-ink-muted">{t('detail.baseUrl')}</dt>
            <dd className="font-mono">
              <ReportedText text={plugin.baseUrl ?? ''} />
            </dd>
            <dt className="text-ink-muted">{t('detail.health')}</dt>
            <dd>
              <PluginHealth plugin={plugin} timeZone={timeZone} />
            </dd>
          </dl>
          {isAdmin ? <RemotePluginActions pluginId={plugin.id} name={textIn(plugin.name, locale)} /> : null}
        </div>
      ) : null}
      {plugin.isEnabled ? null : (
        <div className="mb-4">
          <Notice tone="warning" title={t('offTitle')}>
            <p className="text-ink-muted">{t('offBody')}</p>
            {plugin.off === null ? null : (
              <p className="mt-1 text-[0.8125rem]">
                <OffSince off={plugin.off} timeZone={timeZone} />
              </p>
            )}
          </Notice>
        </div>
      )}
      <div className="mb-4">
        <Tabs
          label={t('tabs.label')}
          tabs={tabs.map(({ name, href }) => ({
            href,
            label: t(`tabs.${name}`),
            isCurrent: name === current,
          }))}
        />
      </div>
    </>
  );
}
