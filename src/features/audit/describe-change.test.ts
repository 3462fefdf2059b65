import { describe, expect, it } from 'vitest';
import { describeChange } from './describe-change.ts';

describe('describeChange', () => {
  it('shows the values of a new row, without ids and empty values', () => {
    const after = { id: '1', tenant_id: '2', name: '経費', description: '', url: null, scopes: ['read'] };
    expect(describeChange({ before: null, after })).toEqual([
      { field: 'name', before: null, after: '経費' },
      { field: 'scopes', before: null, after: ['read'] },
    ]);
  });

  it('shows the values before and after a change', () => {
    expect(describeChange({ before: { role: 'staff' }, after: { role: 'admin' } })).toEqual([
      { field: 'role', before: 'staff', after: 'admin' },
    ]);
  });

  it('shows false and 0', () => {
    expect(describeChange({ before: { is_enabled: true }, after: { is_enabled: false } })).toEqual([
      { field: 'is_enabled', before: true, after: false },
    ]);
  });

  it('lists each changed part of a declaration in a report', () => {
    const before = {
      title: '経費',
      expectation: { type: 'cron', expression: '0 9 * * *', timezone: 'Asia/Tokyo' },
    };
    const after = {
      title: '経費',
      expectation: { type: 'cron', expression: '0 8 * * *', timezone: 'Asia/Tokyo' },
    };
    expect(describeChange({ before, after })).toEqual([
      { field: 'expected_cron', before: '0 9 * * *', after: '0 8 * * *' },
    ]);
  });

  it('shows the inputs of a run and the version of a manifest', () => {
    const after = { payload: { days: 3 }, manifest: { version: '1.0.0', jobs: [] }, blackouts: [] };
    expect(describeChange({ before: null, after })).toEqual([
      { field: 'payload.days', before: null, after: 3 },
      { field: 'version', before: null, after: '1.0.0' },
    ]);
  });
});
