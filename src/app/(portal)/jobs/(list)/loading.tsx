import { getTranslations } from 'next-intl/server';
import { ListSkeleton } from '#components/ui/list-skeleton.tsx';

export default async function JobsLoading() {
  const t = await getTranslations('jobs');
  return <ListSkeleton title={t('title')} />;
}
