import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { RelativeTime } from '#components/ui/relative-time.tsx';
import { StatusBadge } from '#components/ui/status-badge.tsx';
import type { RunSummary } from '#data/run-row.ts';
import { shownRunState } from '#domain/run/long-run.ts';
import { runPath } from '#http/paths.ts';
import { ReportedText } from '#screens/reported-text.tsx';

/** Shows runs that have not finished, with their start (or since when they wait) and host. */
export function RunningRuns({ runs, timeZone }: { runs: RunSummary[]; timeZone: string }) {
  const t = useTranslations('jobs.running');
  if (runs.length === 0) return null;
  return (
    <ul aria-label={t('title')} className="divide-y divide-line rounded-lg border border-line bg-surface">
      {runs.map((run) => (
        <li key={run.id} className="relative flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
          <StatusBadge state={shownRunState(run)} />
          <Link
            href={runPath(run.id)}
            prefetch={false}
            className="after:absolute after:inset-0 hover:underline"
          >
            {t.rich(run.startedAt === null ? 'waitingSince' : 'since', {
              time: () => <RelativeTime at={run.startedAt ?? run.receivedAt} timeZone={timeZone} />,
            })}
          </Link>
          {run.host === null ? null : (
            <span className="text-ink-muted">
              {t.rich('host', { host: () => <ReportedText text={run.host ?? ''} lengthMax={60} /> })}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
