import { getTranslations } from 'next-intl/server';
import { ListSkeleton } from '#features/kit/components/list-skeleton.tsx';

export default async function SchedulesLoading() {
  const t = await getTranslations('schedules');
  return <ListSkeleton title={t('title')} />;
}
