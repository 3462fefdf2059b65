import { Pencil } from 'lucide-react';
import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Card, CardHeader } from '#components/ui/card.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import type { Plugin } from '#data/plugin-row.ts';
import { formatDuration } from '#domain/duration.ts';
import { formFieldsOf } from '#domain/plugin/payload-schema.ts';
import { jobSettingsPath, pluginPath } from '#http/paths.ts';
import { ReportedText } from '#screens/reported-text.tsx';
import type { JobSettings } from '#features/plugins/plugin-screens.ts';
import { manifestJobOf } from '#features/plugins/queries.ts';
import { PluginName } from './plugin-texts.tsx';

/** Shows the settings of a job of a plugin. */
export function JobSettingsCard({
  settings,
  plugin,
  isAdmin,
}: {
  settings: JobSettings;
  plugin: Plugin;
  isAdmin: boolean;
}) {
  const t = useTranslations('plugins.settings');
  const locale = useLocale();
  const declared = manifestJobOf(plugin, settings.jobName);
  const schema = declared?.payloadSchema ?? null;
  const labels = new Map(
    schema === null ? [] : formFieldsOf(schema, locale).map(({ name, label }) => [name, label]),
  );
  const payload = Object.entries(settings.payload);
  const seconds = (value: number) => formatDuration(value * 1000, locale);
  const facts: [string, ReactNode][] = [
    [
      t('plugin'),
      <Link key="plugin" href={pluginPath(plugin.id)} className="text-accent underline">
        <PluginName plugin={plugin} />
      </Link>,
    ],
    [t('timeout'), seconds(settings.timeoutSeconds)],
    [t('attempts'), t('times', { count: settings.maxAttempts })],
    [
      t('backoff'),
      <>
        {seconds(settings.backoffSeconds)}
        {' – '}
        {seconds(settings.maxBackoffSeconds)}
      </>,
    ],
    [
      t('concurrency'),
      settings.concurrencyLimit === null ? t('noLimit') : t('atOnce', { count: settings.concurrencyLimit }),
    ],
    [t('startedBy'), t(settings.staffCanRun ? 'startedByEveryone' : 'startedByAdmins')],
    ...(declared?.hasCursor || settings.cursor !== null
      ? ([
          [
            t('cursor'),
            settings.cursor === null ? (
              t('noCursor')
            ) : (
              <ReportedText text={settings.cursor} lengthMax={200} className="font-mono" />
            ),
          ],
        ] as [string, ReactNode][])
      : []),
  ];
  return (
    <Card aria-labelledby="job-settings-title">
      <CardHeader
        id="job-settings-title"
        title={t('title')}
        action={
          isAdmin ? (
            <LinkButton href={jobSettingsPath(settings.jobId)} size="sm" prefetch={false}>
              <Icon icon={Pencil} className="size-3.5" />
              {t('edit')}
            </LinkButton>
          ) : null
        }
      />
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-[0.8125rem]">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-muted">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h3 className="mt-4 mb-1 text-xs font-medium text-ink-muted">{t('payload')}</h3>
      {payload.length === 0 ? (
        <p className="text-[0.8125rem] text-ink-muted">{t('noPayload')}</p>
      ) : (
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-[0.8125rem]">
          {payload.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="max-w-40 text-ink-muted">
                <ReportedText text={labels.get(name) ?? name} lengthMax={60} />
              </dt>
              <dd className="font-mono whitespace-pre-wrap">
                <ReportedText text={typeof value === 'string' ? value : JSON.stringify(value)} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  );
}
