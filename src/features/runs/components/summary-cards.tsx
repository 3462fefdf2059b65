import {
  Activity,
  CircleCheck,
  CircleX,
  Clock3,
  Hourglass,
  type LucideIcon,
  LoaderCircle,
  Sigma,
} from 'lucide-react';
import { useFormatter, useLocale, useTranslations } from 'next-intl';
import { classNames } from '#components/ui/class-names.ts';
import { Icon } from '#components/ui/icon.tsx';
import { formatDuration } from '#domain/duration.ts';
import type { RunTotals } from '#features/runs/run-list.ts';

interface Figure {
  name: string;
  value: string;
  icon: LucideIcon;
  className?: string;
}

/**
 * Shows totals of runs.
 * @param days number of days in the totals; null for all time
 */
export function SummaryCards({ totals, days }: { totals: RunTotals; days: number | null }) {
  const t = useTranslations('runs.summary');
  const format = useFormatter();
  const locale = useLocale();
  const figures: Figure[] = [
    { name: t('total'), value: format.number(totals.total), icon: Sigma },
    {
      name: t('success'),
      value: format.number(totals.success),
      icon: CircleCheck,
      className: 'text-success',
    },
    {
      name: t('failed'),
      value: format.number(totals.failed),
      icon: CircleX,
      className: totals.failed > 0 ? 'text-danger' : undefined,
    },
    {
      name: t('running'),
      value: format.number(totals.running),
      icon: LoaderCircle,
      className: totals.running > 0 ? 'text-info' : undefined,
    },
    { name: t('pending'), value: format.number(totals.pending), icon: Clock3 },
    {
      name: t('averageEvents'),
      value:
        totals.averageEvents === null
          ? t('none')
          : format.number(totals.averageEvents, { maximumFractionDigits: 1 }),
      icon: Activity,
    },
    {
      name: t('averageDuration'),
      value: totals.averageMs === null ? t('none') : formatDuration(totals.averageMs, locale),
      icon: Hourglass,
    },
  ];
  return (
    <section aria-label={t('label')} className="mb-4">
      <p className="mb-1.5 text-xs text-ink-muted">{days === null ? t('all') : t('since', { days })}</p>
      <dl className="grid grid-cols-4 gap-px overflow-hidden rounded-lg border border-line bg-line lg:grid-cols-7">
        {figures.map(({ name, value, icon, className }) => (
          <div
            key={name}
            className="flex min-w-0 flex-col-reverse justify-end bg-surface px-3.5 py-2.5 last:col-span-2 max-sm:px-2 max-sm:py-2 lg:last:col-span-1"
          >
            <dd className={classNames('text-lg leading-tight font-semibold max-sm:text-base', className)}>
              {value}
            </dd>
            <dt className="flex items-center gap-1.5 text-xs text-ink-muted max-sm:text-[0.6875rem]">
              <Icon icon={icon} className="size-3.5 max-sm:hidden" />
              <span className="truncate">{name}</span>
            </dt>
          </div>
        ))}
      </dl>
    </section>
  );
}
