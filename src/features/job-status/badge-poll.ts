/** What one question for the badge found. */
export type BadgeAnswer =
  | { kind: 'changed'; failingCount: number; etag: string }
  | { kind: 'same' }
  | { kind: 'signedOut' }
  | { kind: 'lost' };

const patienceMs = 8_000;

/** Asks whether anything has changed since the answer that had this ETag. It never throws: no answer is an answer. */
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
 * How long to wait before asking again: often while somebody looks, seldom in a hidden tab or while Realtime tells of changes,
 * ever slower into the void.
 */
export function pollDelayMs(look: { isVisible: boolean; isTold: boolean; failures: number }): number {
  if (look.isTold && look.failures === 0) return 60_000;
  return Math.min(1_200 * 2 ** Math.min(look.failures, 5), 30_000) * (look.isVisible ? 1 : 10);
}

/** Whether the page at this path shows what reports change, so that it is worth reading again. */
export function isLivePage(pathname: string): boolean {
  return /^\/(incidents|jobs(\/[^/]+)?|schedules|runs(\/[^/]+)?|plugins\/[^/]+(\/runs)?)?$/.test(pathname);
}

/** The page's title with the number of failing jobs before it. */
export function titleWithCount(title: string, failingCount: number): string {
  const plain = title.replace(/^\(\d+\)( |$)/, '');
  return failingCount > 0 && plain !== '' ? `(${failingCount}) ${plain}` : plain;
}
