import { getLocale, getTranslations } from 'next-intl/server';
import { Card, CardHeader } from '#components/ui/card.tsx';
import { CodeBlock } from '#components/ui/code-block.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import type { Plugin } from '#data/plugin-row.ts';
import { formatDuration } from '#domain/duration.ts';
import { formFieldsOf } from '#domain/plugin/payload-schema.ts';
import { readableText } from '#domain/readable-text.ts';
import { describeSchedule } from '#domain/schedule/describe-schedule.ts';
import { ReportedText } from '#screens/reported-text.tsx';
import { manifestOf } from '#features/plugins/queries.ts';
import { ManifestText } from './plugin-texts.tsx';

/** Shows what a plugin's manifest declares, and the file itself. */
export async function ManifestView({ plugin, timeZone }: { plugin: Plugin; timeZone: string }) {
  const [t, locale] = await Promise.all([getTranslations('plugins'), getLocale()]);
  const manifest = manifestOf(plugin);
  const words = new Map(
    (manifest?.jobs ?? []).map(
      ({ name, schedule }) => [name, schedule && describeSchedule(schedule, { locale, timeZone })] as const,
    ),
  );
  return (
    <div className="space-y-5">
      {manifest === null ? (
        <Notice tone="danger" title={t('manifest.unreadable')} />
      ) : (
        <>
          <Card>
            <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5">
              <dt className="text-ink-muted">{t('detail.key')}</dt>
              <dd className="font-mono">{manifest.id}</dd>
              <dt className="text-ink-muted">{t('detail.version')}</dt>
              <dd>{manifest.version}</dd>
            </dl>
          </Card>
          <section aria-labelledby="declared-jobs">
            <h2 id="declared-jobs" className="mb-3 text-[0.9375rem] font-semibold">
              {t('manifest.jobs')}
            </h2>
            <Table
              caption={t('manifest.jobs')}
              head={
                <>
                  <HeadCell>{t('manifest.titleColumn')}</HeadCell>
                  <HeadCell>{t('manifest.schedule')}</HeadCell>
                  <HeadCell>{t('manifest.timeout')}</HeadCell>
                  <HeadCell>{t('manifest.retry')}</HeadCell>
                  <HeadCell align="end">{t('manifest.concurrency')}</HeadCell>
                  <HeadCell>{t('manifest.input')}</HeadCell>
                </>
              }
            >
              {manifest.jobs.map((job) => (
                <Row key={job.name}>
                  <Cell>
                    <span className="block font-medium">
                      <ManifestText text={job.title} lengthMax={80} />
                    </span>
                    <span className="font-mono text-xs text-ink-muted">{job.name}</span>
                  </Cell>
                  <Cell label={t('manifest.schedule')}>{words.get(job.name) ?? t('manifest.manual')}</Cell>
                  <Cell label={t('manifest.timeout')}>
                    {formatDuration(job.timeoutSeconds * 1000, locale)}
                  </Cell>
                  <Cell label={t('manifest.retry')}>
                    {t('manifest.retryValue', { count: job.retry.maxAttempts })}
                  </Cell>
                  <Cell align="end" label={t('manifest.concurrency')}>
                    {job.concurrency}
                  </Cell>
                  <Cell label={t('manifest.input')} className="text-[0.8125rem]">
                    {job.payloadSchema === null
                      ? t('manifest.inputNone')
                      : formFieldsOf(job.payloadSchema, locale).map((field) => (
                          <span key={field.name} className="block">
                            <ReportedText text={field.label} lengthMax={60} />
                            {field.isRequired ? (
                              <span className="ms-1.5 text-xs text-ink-muted">{t('manifest.required')}</span>
                            ) : null}
                          </span>
                        ))}
                  </Cell>
                </Row>
              ))}
            </Table>
          </section>
        </>
      )}
      <Card aria-labelledby="raw-manifest">
        <CardHeader id="raw-manifest" title={t('manifest.title')} />
        <CodeBlock
          code={readableText(JSON.stringify(plugin.manifest, null, 2))}
          label={t('manifest.raw')}
          copyLabel={t('manifest.copy')}
        />
      </Card>
    </div>
  );
}
