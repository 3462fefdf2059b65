import { getTranslations } from 'next-intl/server';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { ListSkeleton } from '#components/ui/list-skeleton.tsx';

export default async function SchedulesLoading() {
  const t = await getTranslations('schedules');
  // The day's timeline.
  return <ListSkeleton title={t('title')} above={<Skeleton className="mb-5 h-96" />} />;
}
