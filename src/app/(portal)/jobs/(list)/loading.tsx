import { getTranslations } from 'next-intl/server';
import { ListSkeleton } from '#features/kit/components/list-skeleton.tsx';

export default async function JobsLoading() {
  const t = await getTranslations('jobs');
  return <ListSkeleton title={t('title')} />;
}
