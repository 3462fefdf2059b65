import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UnavailableError } from '#domain/errors.ts';
import { Batcher } from './batcher.ts';

const patience = { timeout: 20_000 };

interface Call {
  items: string[];
  commit: () => void;
  fail: (error: Error) => void;
  signal: AbortSignal;
}

type Settings = ConstructorParameters<typeof Batcher<string, string>>[0];

const waiting = {
  itemsMax: 5,
  bytesMax: 5000,
  msMax: 60_000,
  fullMessage: 'Too many are waiting',
  lateMessage: 'No answer in time',
};

function makeBatcher(settings: Partial<Settings> = {}) {
  const calls: Call[] = [];
  const batcher = new Batcher<string, string>({
    send: (items, signal) =>
      new Promise((resolve, reject) => {
        calls.push({
          items,
          signal,
          commit: () => resolve(items.map((item) => `${item} committed`)),
          fail: reject,
        });
      }),
    itemsPerCallMax: 3,
    bytesPerCallMax: 1000,
    callsInFlightMax: 2,
    callMsMax: 60_000,
    waiting,
    ...settings,
  });
  return { batcher, calls };
}

const outcome = (promise: Promise<string>): Promise<string> =>
  promise.catch((error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'));

afterEach(() => {
  vi.useRealTimers();
});

describe('a report is acknowledged only after its own commit [rule 1: commit before answer]', () => {
  it('waits for its own call, not for another', async () => {
    const { batcher, calls } = makeBatcher({ itemsPerCallMax: 1 });
    const answered: string[] = [];
    const first = batcher.add('a', 1).then((answer) => answered.push(answer));
    const second = batcher.add('b', 1).then((answer) => answered.push(answer));
    await nextTurn();
    calls[1]?.commit();
    await second;
    expect(answered).toEqual(['b committed']);
    calls[0]?.commit();
    await first;
    expect(answered).toEqual(['b committed', 'a committed']);
  });

  it('a report without a database response fails', async () => {
    const { batcher } = makeBatcher({ send: async () => [] });
    expect(await outcome(batcher.add('a', 1))).toBe('Error: A batch item got no answer');
  });
});

describe('reports that arrive while calls are in flight', () => {
  it('are sent together in the next call, within the limits on calls and reports', async () => {
    const { batcher, calls } = makeBatcher();
    const first = [batcher.add('a', 1), batcher.add('b', 1), batcher.add('c', 1), batcher.add('d', 1)];
    await nextTurn();
    expect(calls.map((call) => call.items)).toEqual([['a', 'b', 'c'], ['d']]);
    const rest = ['e', 'f'].map((item) => batcher.add(item, 1));
    await nextTurn();
    expect(calls).toHaveLength(2);
    calls[1]?.commit();
    await first[3];
    await vi.waitFor(() => expect(calls[2]?.items).toEqual(['e', 'f']), patience);
    calls.forEach((call) => call.commit());
    expect(await Promise.all([...first, ...rest])).toHaveLength(6);
  });

  it('are split at the byte limit of a call, but a larger one is still sent', async () => {
    const { batcher, calls } = makeBatcher();
    const added = [batcher.add('a', 600), batcher.add('b', 600)];
    await nextTurn();
    expect(calls.map((call) => call.items)).toEqual([['a'], ['b']]);
    added.push(batcher.add('huge', 4000));
    calls[0]?.commit();
    await vi.waitFor(() => expect(calls[2]?.items).toEqual(['huge']), patience);
    // End every pending item, so that none reaches its time limit after the test.
    for (const call of calls) call.commit();
    expect(await Promise.all(added)).toHaveLength(3);
  });
});

describe('[rule 7: database away]', () => {
  it('fails every report of the call at once, does not retry by itself, and recovers', async () => {
    const { batcher, calls } = makeBatcher();
    const both = [outcome(batcher.add('a', 1)), outcome(batcher.add('b', 1))];
    await nextTurn();
    calls[0]?.fail(new UnavailableError('away'));
    expect(await Promise.all(both)).toEqual(['UnavailableError: away', 'UnavailableError: away']);
    expect(calls).toHaveLength(1);
    const later = batcher.add('c', 1);
    await nextTurn();
    calls[1]?.commit();
    expect(await later).toBe('c committed');
  });

  it('limits the waiting time, in the queue and in a call', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { batcher, calls } = makeBatcher({
      itemsPerCallMax: 1,
      callsInFlightMax: 1,
      waiting: { ...waiting, msMax: 1_000 },
    });
    const both = [outcome(batcher.add('in a call', 1)), outcome(batcher.add('in the queue', 1))];
    await nextTurn();
    vi.advanceTimersByTime(1001);
    const late = 'UnavailableError: No answer in time';
    expect(await Promise.all(both)).toEqual([late, late]);
    calls[0]?.commit();
    await nextTurn();
    expect(calls).toHaveLength(1);
  });

  it('ends a call that takes too long', async () => {
    const { batcher, calls } = makeBatcher({ callMsMax: 20 });
    const added = batcher.add('a', 1);
    await vi.waitFor(() => expect(calls[0]?.signal.aborted).toBe(true), patience);
    calls[0]?.commit();
    await added;
  });

  it('limits the memory: rejects what cannot wait at once', async () => {
    const { batcher, calls } = makeBatcher({ itemsPerCallMax: 1, callsInFlightMax: 1 });
    const taken = [batcher.add('in flight', 1)];
    await nextTurn();
    taken.push(...['a', 'b', 'c', 'd', 'e'].map((item) => batcher.add(item, 1)));
    const full = 'UnavailableError: Too many are waiting';
    expect(await outcome(batcher.add('one too many', 1))).toBe(full);
    for (let at = 0; at < taken.length; at += 1) {
      await vi.waitFor(() => expect(calls).toHaveLength(at + 1), patience);
      calls[at]?.commit();
    }
    await Promise.all(taken);
    expect(await outcome(batcher.add('too large', 6000))).toBe(full);
  });
});

describe('a report whose data the database rejects', () => {
  it('fails alone', async () => {
    const sizes: number[] = [];
    const { batcher } = makeBatcher({
      itemsPerCallMax: 10,
      waiting: { ...waiting, itemsMax: 10 },
      send: async (items) => {
        sizes.push(items.length);
        if (items.includes('poison')) throw new Error('refused');
        return items.map((item) => `${item} committed`);
      },
    });
    const answers = await Promise.all(
      ['a', 'b', 'poison', 'c', 'd', 'e'].map((item) => outcome(batcher.add(item, 1))),
    );
    expect(answers).toEqual([
      'a committed',
      'b committed',
      'Error: refused',
      'c committed',
      'd committed',
      'e committed',
    ]);
    expect(sizes).toEqual([6, 3, 2, 1, 3]);
  });
});

describe('with resending', () => {
  const again = {
    isWorthwhile: (item: string) => item !== 'stale',
    msMin: 10,
    msMax: 40,
    onFailure: vi.fn(),
  };

  it('keeps worthwhile items in order while the database is unavailable, and answers once', async () => {
    again.onFailure.mockClear();
    const { batcher, calls } = makeBatcher({ again, gatherMs: 1, callsInFlightMax: 1 });
    const added = ['a', 'stale', 'b'].map((item) => outcome(batcher.add(item)));
    await vi.waitFor(() => expect(calls).toHaveLength(1), patience);
    const later = outcome(batcher.add('c'));
    const away = new UnavailableError('away');
    calls[0]?.fail(away);
    expect(await added[1]).toBe('UnavailableError: away');
    expect(again.onFailure).toHaveBeenCalledExactlyOnceWith(away, { kept: 2, dropped: 1 });
    await vi.waitFor(() => expect(calls[1]?.items).toEqual(['a', 'b', 'c']), patience);
    calls[1]?.commit();
    expect(await Promise.all([...added, later])).toEqual([
      'a committed',
      'UnavailableError: away',
      'b committed',
      'c committed',
    ]);
  });

  it('keeps only unanswered items if the database fails between two halves', async () => {
    const { batcher, calls } = makeBatcher({ again, callsInFlightMax: 1 });
    const both = [batcher.add('a'), batcher.add('b')];
    await nextTurn();
    calls[0]?.fail(new Error('refused'));
    await vi.waitFor(() => expect(calls[1]?.items).toEqual(['a']), patience);
    calls[1]?.commit();
    await vi.waitFor(() => expect(calls[2]?.items).toEqual(['b']), patience);
    calls[2]?.fail(new UnavailableError('away'));
    await vi.waitFor(() => expect(calls[3]?.items).toEqual(['b']), patience);
    calls[3]?.commit();
    expect(await Promise.all(both)).toEqual(['a committed', 'b committed']);
  });
});
