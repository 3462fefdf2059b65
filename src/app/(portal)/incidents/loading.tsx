import { getTranslations } from 'next-intl/server';
import { ListSkeleton } from '#components/ui/list-skeleton.tsx';

export default async function IncidentsLoading() {
  const t = await getTranslations('incidents');
  return <ListSkeleton title={t('title')} />;
}
