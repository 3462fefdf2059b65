/** The result of one request for the badge. */
export type BadgeAnswer =
  | { kind: 'changed'; failingCount: number; etag: string }
  | { kind: 'same' }
  | { kind: 'signedOut' }
  | { kind: 'lost' };

const patienceMs = 8_000;

/** Asks whether anything has changed since the response with this ETag. Never throws: a failed request is a result, too. */
export async function askBadge(etag: string | null, ask: typeof fetch = fetch): Promise<BadgeAnswer> {
  try {
    const response = await ask('/api/badge', {
      cache: 'no-store',
      headers: etag === null ? {} : { 'If-None-Match': etag },
      signal: AbortSignal.timeout(patienceMs),
    });
    if (response.status === 304) return { kind: 'same' };
    if (response.status === 401) return { kind: 'signedOut' };
    if (!response.ok) return { kind: 'lost' };
    const body: unknown = await response.json();
    const failingCount =
      typeof body === 'object' && body !== null && 'failingCount' in body ? body.failingCount : undefined;
    if (typeof failingCount !== 'number') return { kind: 'lost' };
    return { kind: 'changed', failingCount, etag: response.headers.get('ETag') ?? '' };
  } catch {
    return { kind: 'lost' };
  }
}

/**
 * Returns the delay before the next request: short in a visible tab, long in a hidden one or while Realtime reports
 * changes, and longer after each failure.
 */
export function pollDelayMs(look: { isVisible: boolean; isTold: boolean; failures: number }): number {
  if (look.isTold && look.failures === 0) return 60_000;
  return Math.min(1_200 * 2 ** Math.min(look.failures, 5), 30_000) * (look.isVisible ? 1 : 10);
}

/** Returns whether reports change the page at this path, so that it must be refreshed. */
export function isLivePage(pathname: string): boolean {
  return /^\/(incidents|jobs(\/[^/]+)?|schedules|runs(\/[^/]+)?|plugins\/[^/]+(\/runs)?)?$/.test(pathname);
}

/** Puts the number of failing jobs before the page's title. */
export function titleWithCount(title: string, failingCount: number): string {
  const plain = title.replace(/^\(\d+\)( |$)/, '');
  return failingCount > 0 && plain !== '' ? `(${failingCount}) ${plain}` : plain;
}
