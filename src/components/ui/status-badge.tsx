import { CircleCheck, CircleDashed, CircleMinus, CircleX, Clock3, type IconNode, LoaderCircle } from 'lucide';
import { useTranslations } from 'next-intl';
import { Badge, type Tone } from './badge.tsx';
import { Icon } from './icon.tsx';

export type ShownState = 'pending' | 'running' | 'success' | 'failed' | 'canceled' | 'error' | 'neverRun';

const looks: Record<ShownState, { tone: Tone; icon: IconNode }> = {
  pending: { tone: 'neutral', icon: Clock3 },
  running: { tone: 'info', icon: LoaderCircle },
  success: { tone: 'success', icon: CircleCheck },
  failed: { tone: 'danger', icon: CircleX },
  canceled: { tone: 'neutral', icon: CircleMinus },
  error: { tone: 'danger', icon: CircleX },
  neverRun: { tone: 'neutral', icon: CircleDashed },
};

/** State of a run, or status of a job, as word, icon and colour. */
export function StatusBadge({ state, className }: { state: ShownState; className?: string }) {
  const t = useTranslations('states');
  const { tone, icon } = looks[state];
  return (
    <Badge tone={tone} className={className}>
      <Icon node={icon} className={state === 'running' ? 'size-3.5 animate-spin' : 'size-3.5'} />
      {t(state)}
    </Badge>
  );
}
