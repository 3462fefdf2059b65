import { getTranslations } from 'next-intl/server';
import { ListSkeleton } from '#features/kit/components/list-skeleton.tsx';

export default async function RunsLoading() {
  const t = await getTranslations('runs.list');
  return <ListSkeleton title={t('title')} />;
}
