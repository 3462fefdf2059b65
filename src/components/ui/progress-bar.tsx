/**
 * Shows how far something is.
 * @param total null if the total is unknown: the bar then shows activity, not a share
 */
export function ProgressBar({ done, total, label }: { done: number; total: number | null; label: string }) {
  const share = total === null || total <= 0 ? null : Math.min(1, done / total);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total ?? undefined}
      aria-valuenow={share === null ? undefined : done}
      className="h-2 overflow-hidden rounded-full bg-hover"
    >
      {share === null ? (
        <div className="h-full w-1/3 animate-pulse rounded-full bg-accent" />
      ) : (
        <svg aria-hidden="true" width="100%" height="8" className="block fill-accent">
          <rect width={`${(share * 100).toFixed(1)}%`} height="8" rx="4" />
        </svg>
      )}
    </div>
  );
}
