import { getTranslations } from 'next-intl/server';
import { ListSkeleton } from '#features/kit/components/list-skeleton.tsx';

export default async function PluginsLoading() {
  const t = await getTranslations('plugins');
  return <ListSkeleton title={t('title')} />;
}
