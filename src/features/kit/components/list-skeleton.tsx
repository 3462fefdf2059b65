import { getTranslations } from 'next-intl/server';
import { Skeleton } from '#components/ui/skeleton.tsx';

const rows = Array.from({ length: 12 }, (_, index) => index);

/** The shape of a page with a list while it is being read, so that nothing jumps when it comes. */
export async function ListSkeleton({ title }: { title: string }) {
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
      <div className="mb-3 flex flex-wrap gap-2">
        <Skeleton className="h-9 min-w-40 flex-1 max-md:h-10" />
        <Skeleton className="h-9 w-20 max-md:h-10 md:order-1" />
        <Skeleton className="h-9 max-md:h-10 max-md:basis-full md:w-40" />
      </div>
      <div className="divide-y divide-line rounded-lg border border-line bg-surface">
        {rows.map((row) => (
          <div key={row} className="flex items-center gap-4 px-4 py-3.5">
            <Skeleton className="h-5 w-14" />
            <div className="flex-1 space-y-1.5">
              <Skeleton className="h-4 w-2/5" />
              <Skeleton className="h-3 w-1/4" />
            </div>
            <Skeleton className="h-4 w-20 max-md:hidden" />
          </div>
        ))}
      </div>
    </div>
  );
}
