import { getTranslations } from 'next-intl/server';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { ListSkeleton } from '#components/ui/list-skeleton.tsx';

export default async function RunsLoading() {
  const t = await getTranslations('runs.list');
  // The totals and the first line of filters.
  return <ListSkeleton title={t('title')} above={<Skeleton className="mb-2 h-36 max-sm:h-44" />} />;
}
