import { describe, expect, it } from 'vitest';
import { foreignMessage } from '#domain/message.ts';
import { toErrorSummary, toProgress } from './portal-run-row.ts';

describe('a stored run [rule 46: texts as codes]', () => {
  it('has a code if the sentence is ours, and otherwise none', () => {
    expect(toErrorSummary({ name: 'LedgerError', message: 'locked' })).toEqual({
      name: 'LedgerError',
      message: foreignMessage('locked'),
    });
    expect(
      toErrorSummary({ name: 'WorkerLost', message: 'gone', code: 'run.workerLost', values: {} }),
    ).toEqual({ name: 'WorkerLost', message: { text: 'gone', code: 'run.workerLost', values: {} } });
    expect(toProgress({ done: 1, total: null, note: 'half' })).toEqual({
      done: 1,
      total: null,
      note: foreignMessage('half'),
    });
    expect(
      toProgress({ done: 1, total: 2, note: 'Disk', code: 'self-check.disk', values: {} })?.note,
    ).toEqual({
      text: 'Disk',
      code: 'self-check.disk',
      values: {},
    });
  });

  it('has an error or progress only if the stored value is a valid one', () => {
    expect(toErrorSummary(null)).toBeNull();
    expect(toErrorSummary({ name: 'E' })).toBeNull();
    expect(toErrorSummary({ name: 'E', message: '' })?.message).toEqual(foreignMessage(''));
    expect(toProgress({ total: 2 })).toBeNull();
    expect(toProgress({ done: 1 })).toEqual({ done: 1, total: null, note: null });
  });
});
