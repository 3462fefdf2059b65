import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { Skeleton } from '#components/ui/skeleton.tsx';

const rows = Array.from({ length: 12 }, (_, index) => index);

/** The layout of a list page while it loads, so that nothing moves when the data arrives. */
export async function ListSkeleton({
  title,
  above,
}: {
  title: string;
  /** A placeholder for the content between the title and the filters. */
  above?: ReactNode;
}) {
  const t = await getTranslations('shell');
  return (
    <div aria-busy="true">
      <p role="status" className="sr-only">
        {t('loading')}
      </p>
      <header className="mb-5">
        <h1 className="text-xl leading-snug font-semibold">{title}</h1>
        <Skeleton className="mt-2 mb-0.5 h-3.5 w-64" />
      </header>
      {above}
      <div className="mb-3 flex flex-wrap gap-2">
        <Skeleton className="h-9 min-w-40 flex-1 max-md:h-10" />
        <Skeleton className="h-9 w-20 max-md:h-10 md:order-1" />
        <Skeleton className="h-9 max-md:h-10 max-md:basis-full md:w-40" />
      </div>
      <div className="skeleton-rows divide-y divide-line rounded-lg border border-line bg-surface">
        {rows.map((row) => (
          <p key={row} />
        ))}
      </div>
    </div>
  );
}
