import { Maximize2 } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import type { Route } from 'next';
import { Dialog } from '#components/ui/dialog.tsx';
import { formatPlainTime } from '#components/ui/format-time.ts';
import { Icon } from '#components/ui/icon.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { StatusBadge } from '#components/ui/status-badge.tsx';
import { shownRunState } from '#domain/run/long-run.ts';
import { runPath } from '#http/paths.ts';
import { ReportedText } from '#screens/reported-text.tsx';
import type { WholeRun } from '#features/runs/whole-run.ts';
import { RunActions } from './run-actions.tsx';
import { RunBody } from './run-body.tsx';

/** Shows a run next to the list that it was opened from; the URL names it, so that users can share it. */
export function RunDrawer({
  whole,
  closedHref,
  timeZone,
}: {
  whole: WholeRun;
  closedHref: Route;
  timeZone: string;
}) {
  const t = useTranslations('runs');
  const locale = useLocale();
  const { run } = whole;
  return (
    <Dialog
      id="run"
      look="drawer"
      closedHref={closedHref}
      title={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <ReportedText text={run.job.title} lengthMax={80} />
          <StatusBadge state={shownRunState(run)} />
        </span>
      }
    >
      <div className="mb-4 flex flex-wrap items-center justify-between gap-2 text-ink-muted">
        <span>{t('title', { time: formatPlainTime(run.orderedAt, locale, timeZone) })}</span>
        <span className="flex flex-wrap gap-2">
          <RunActions whole={whole} />
          <LinkButton href={runPath(run.id)} size="sm" prefetch={false}>
            <Icon icon={Maximize2} />
            {t('openPage')}
          </LinkButton>
        </span>
      </div>
      <RunBody whole={whole} timeZone={timeZone} />
    </Dialog>
  );
}
