import { getTranslations } from 'next-intl/server';
import { ListSkeleton } from '#components/ui/list-skeleton.tsx';

export default async function PluginsLoading() {
  const t = await getTranslations('plugins');
  return <ListSkeleton title={t('title')} />;
}
