import { describe, expect, it, vi } from 'vitest';
import { askBadge, isLivePage, pollDelayMs, titleWithCount } from './badge-poll.ts';

const answering = (response: () => Response) => vi.fn<typeof fetch>(async () => response());

describe('askBadge', () => {
  it('returns the count and the ETag for the next request', async () => {
    const ask = answering(() => Response.json({ failingCount: 3 }, { headers: { ETag: '"v1"' } }));
    expect(await askBadge(null, ask)).toEqual({ kind: 'changed', failingCount: 3, etag: '"v1"' });
    await askBadge('"v1"', ask);
    expect(ask.mock.calls[1]?.[1]?.headers).toEqual({ 'If-None-Match': '"v1"' });
  });

  it.each([
    ['304 means that nothing has changed', 304, 'same'],
    ['401 means that the session is over', 401, 'signedOut'],
    ['503 is not a count', 503, 'lost'],
    ['500 is not a count', 500, 'lost'],
  ])('%s', async (_claim, status, kind) => {
    expect(
      await askBadge(
        '"v1"',
        answering(() => new Response(null, { status })),
      ),
    ).toEqual({ kind });
  });

  it('treats the page of a proxy as a lost connection', async () => {
    expect(
      await askBadge(
        null,
        answering(() => new Response('<html>')),
      ),
    ).toEqual({ kind: 'lost' });
    expect(
      await askBadge(
        null,
        answering(() => Response.json({ ok: true })),
      ),
    ).toEqual({ kind: 'lost' });
  });

  it('treats a missing network as a lost connection', async () => {
    const ask = vi.fn<typeof fetch>(() => Promise.reject(new TypeError('Failed to fetch')));
    expect(await askBadge(null, ask)).toEqual({ kind: 'lost' });
  });
});

describe('pollDelayMs', () => {
  it.each([
    ['often in a visible tab', true, false, 0, 1_200],
    ['rarely in a hidden tab', false, false, 0, 12_000],
    ['slower after a failure', true, false, 1, 2_400],
    ['at least every half minute in a visible tab', true, false, 50, 30_000],
    ['every minute while Realtime reports changes', true, true, 0, 60_000],
    ['as often as without Realtime after a failure', true, true, 1, 2_400],
  ])('asks %s', (_claim, isVisible, isTold, failures, expected) => {
    expect(pollDelayMs({ isVisible, isTold, failures })).toBe(expected);
  });
});

describe('isLivePage', () => {
  it.each([
    ['/', true],
    ['/incidents', true],
    ['/jobs', true],
    ['/jobs/4270c557', true],
    ['/runs/01a20069', true],
    ['/jobs/4270c557/delete', false],
    ['/schedules', true],
    ['/runs', true],
    ['/plugins/4270c557/runs', true],
    ['/plugins', false],
    ['/settings', false],
    ['/settings/jobs', false],
  ])('%s: %s', (pathname, expected) => {
    expect(isLivePage(pathname)).toBe(expected);
  });
});

describe('titleWithCount', () => {
  it('adds, replaces and deletes the number', () => {
    expect(titleWithCount('障害 · TC Portal', 3)).toBe('(3) 障害 · TC Portal');
    expect(titleWithCount('(3) 障害 · TC Portal', 12)).toBe('(12) 障害 · TC Portal');
    expect(titleWithCount('(3) 障害 · TC Portal', 0)).toBe('障害 · TC Portal');
  });

  it('waits for a title that does not exist yet', () => {
    expect(titleWithCount('', 3)).toBe('');
    expect(titleWithCount('(3)', 3)).toBe('');
  });
});
