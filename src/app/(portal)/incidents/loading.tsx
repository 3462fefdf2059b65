import { getTranslations } from 'next-intl/server';
import { ListSkeleton } from '#features/kit/components/list-skeleton.tsx';

export default async function IncidentsLoading() {
  const t = await getTranslations('incidents');
  return <ListSkeleton title={t('title')} />;
}
