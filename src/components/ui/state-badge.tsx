import {
  CircleCheck,
  CircleDashed,
  CircleMinus,
  CircleX,
  Clock3,
  History,
  Hourglass,
  type LucideIcon,
  LoaderCircle,
} from 'lucide-react';
import { Badge, type Tone } from './badge.tsx';
import { Icon } from './icon.tsx';

export type ShownState =
  'pending' | 'running' | 'runningLong' | 'success' | 'failed' | 'canceled' | 'error' | 'late' | 'neverRun';

const looks: Record<ShownState, { tone: Tone; icon: LucideIcon }> = {
  pending: { tone: 'neutral', icon: Clock3 },
  running: { tone: 'info', icon: LoaderCircle },
  runningLong: { tone: 'warning', icon: Hourglass },
  success: { tone: 'success', icon: CircleCheck },
  failed: { tone: 'danger', icon: CircleX },
  canceled: { tone: 'neutral', icon: CircleMinus },
  error: { tone: 'danger', icon: CircleX },
  late: { tone: 'warning', icon: History },
  neverRun: { tone: 'neutral', icon: CircleDashed },
};

/** A state as text, icon and color, with the text as a prop; StatusBadge finds the text itself. */
export function StateBadge({
  state,
  word,
  className,
}: {
  state: ShownState;
  word: string;
  className?: string;
}) {
  const { tone, icon } = looks[state];
  return (
    <Badge tone={tone} className={className}>
      <Icon icon={icon} className={state === 'running' ? 'size-3.5 animate-spin' : 'size-3.5'} />
      {word}
    </Badge>
  );
}
