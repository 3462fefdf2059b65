import { Download } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { buttonClass } from '#components/ui/button-class.ts';
import { Card } from '#components/ui/card.tsx';
import { Icon } from '#components/ui/icon.tsx';
import type { RunLog } from '#data/run-log-row.ts';
import { readableText } from '#domain/readable-text.ts';
import { runLogPath } from '#http/paths.ts';

/** Shows a run's log; the checkbox that wraps its lines works without JavaScript. */
export function LogCard({ runId, log }: { runId: string; log: RunLog | null }) {
  const t = useTranslations('runs.log');
  return (
    <Card className="group/log" aria-labelledby="log-title">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2 id="log-title" className="text-[0.9375rem] font-semibold">
          {t('title')}
        </h2>
        {log === null ? null : (
          <div className="flex flex-wrap items-center gap-3">
            <label className="flex min-h-8 items-center gap-2 text-[0.8125rem]">
              <input type="checkbox" name="wrap" defaultChecked className="size-4" />
              {t('wrap')}
            </label>
            <a href={runLogPath(runId)} download className={buttonClass({ size: 'sm' })}>
              <Icon icon={Download} className="size-3.5" />
              {t('download')}
            </a>
          </div>
        )}
      </div>
      {log === null ? (
        <p className="text-ink-muted">{t('none')}</p>
      ) : (
        <pre
          tabIndex={0}
          role="region"
          aria-labelledby="log-title"
          dir="ltr"
          className="max-h-[70vh] overflow-auto rounded-md border border-line bg-sunken p-3 font-mono text-[0.8125rem] leading-relaxed group-has-checked/log:wrap-anywhere group-has-checked/log:whitespace-pre-wrap"
        >
          <bdi>{readableText(log.head)}</bdi>
          {log.cutCharacters > 0 || log.tail !== '' ? (
            <>
              <span className="my-2 block bg-warning-soft px-2 py-0.5 font-sans text-warning">
                {t('cut', { count: log.cutCharacters })}
              </span>
              <bdi>{readableText(log.tail)}</bdi>
            </>
          ) : null}
        </pre>
      )}
    </Card>
  );
}
