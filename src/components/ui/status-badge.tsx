import { useTranslations } from 'next-intl';
import { getTranslations } from 'next-intl/server';
import { type ShownState, StateBadge } from './state-badge.tsx';

/** Returns the texts of all states, for a StateBadge in a client component. */
export function useStateWords(): Record<ShownState, string> {
  return stateWords(useTranslations('states'));
}

/** The same for an async component. */
export async function readStateWords(): Promise<Record<ShownState, string>> {
  return stateWords(await getTranslations('states'));
}

function stateWords(t: (state: ShownState) => string): Record<ShownState, string> {
  return {
    pending: t('pending'),
    running: t('running'),
    runningLong: t('runningLong'),
    success: t('success'),
    failed: t('failed'),
    canceled: t('canceled'),
    error: t('error'),
    late: t('late'),
    neverRun: t('neverRun'),
  };
}

/** The state of a run or status of a job, as text, icon and color. */
export function StatusBadge({ state, className }: { state: ShownState; className?: string }) {
  const t = useTranslations('states');
  return <StateBadge state={state} word={t(state)} className={className} />;
}
