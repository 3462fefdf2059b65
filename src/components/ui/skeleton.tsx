import { classNames } from './class-names.ts';

/** A grey bar in place of text that is loading. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={classNames('block h-4 animate-pulse rounded-sm bg-hover', className)}
    />
  );
}
