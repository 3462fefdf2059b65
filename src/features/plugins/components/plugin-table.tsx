import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { Badge } from '#components/ui/badge.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import type { Plugin } from '#data/plugin-row.ts';
import { pluginPath } from '#http/paths.ts';
import { ReportedText } from '#screens/reported-text.tsx';
import { manifestOf } from '#features/plugins/queries.ts';
import { PluginHealth } from './plugin-health.tsx';
import { PluginSwitch } from './plugin-switch.tsx';
import { ManifestText, PluginName } from './plugin-texts.tsx';

/** The plugins of a company. */
export function PluginTable({
  plugins,
  jobCounts,
  timeZone,
  isAdmin,
}: {
  plugins: readonly Plugin[];
  jobCounts: ReadonlyMap<string, number>;
  timeZone: string;
  isAdmin: boolean;
}) {
  const t = useTranslations('plugins');
  return (
    <Table
      caption={t('table.caption')}
      className="md:table-fixed"
      head={
        <>
          <HeadCell>{t('table.name')}</HeadCell>
          <HeadCell className="w-28">{t('table.kind')}</HeadCell>
          <HeadCell className="w-56">{t('table.health')}</HeadCell>
          <HeadCell align="end" className="w-24">
            {t('table.jobs')}
          </HeadCell>
          <HeadCell className="w-28">{t('table.switch')}</HeadCell>
        </>
      }
    >
      {plugins.map((plugin) => {
        const description = manifestOf(plugin)?.description;
        return (
          <Row key={plugin.id} linked>
            <Cell>
              <span className="flex flex-wrap items-baseline gap-x-2">
                <Link
                  href={pluginPath(plugin.id)}
                  className="font-medium after:absolute after:inset-0 hover:underline"
                >
                  <PluginName plugin={plugin} />
                </Link>
                <ReportedText
                  text={plugin.pluginKey}
                  lengthMax={64}
                  className="font-mono text-xs text-ink-muted"
                />
              </span>
              {description ? (
                <span className="block text-[0.8125rem] text-ink-muted">
                  <ManifestText text={description} lengthMax={160} />
                </span>
              ) : null}
            </Cell>
            <Cell label={t('table.kind')}>
              <Badge>{t(`kinds.${plugin.kind}`)}</Badge>
            </Cell>
            <Cell label={t('table.health')} className="text-[0.8125rem]">
              <PluginHealth plugin={plugin} timeZone={timeZone} />
            </Cell>
            <Cell align="end" label={t('table.jobs')}>
              {t('table.count', { count: jobCounts.get(plugin.id) ?? 0 })}
            </Cell>
            <Cell label={t('table.switch')} className="text-ink-muted">
              <PluginSwitch plugin={plugin} canChange={isAdmin} />
            </Cell>
          </Row>
        );
      })}
    </Table>
  );
}
