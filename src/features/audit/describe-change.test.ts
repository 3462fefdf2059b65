import { describe, expect, it } from 'vitest';
import { describeChange } from './describe-change.ts';

describe('describeChange', () => {
  it('shows what a new row holds, without ids and empty values', () => {
    const after = { id: '1', tenant_id: '2', name: '経費', description: '', url: null, scopes: ['read'] };
    expect(describeChange({ before: null, after })).toEqual([
      { field: 'name', before: null, after: '経費' },
      { field: 'scopes', before: null, after: ['read'] },
    ]);
  });

  it('shows both sides of a change', () => {
    expect(describeChange({ before: { role: 'staff' }, after: { role: 'admin' } })).toEqual([
      { field: 'role', before: 'staff', after: 'admin' },
    ]);
  });

  it('keeps false and 0, which are values', () => {
    expect(describeChange({ before: { is_enabled: true }, after: { is_enabled: false } })).toEqual([
      { field: 'is_enabled', before: true, after: false },
    ]);
  });

  it('takes apart what a report declares and leaves out what stayed as it was', () => {
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

  it('names the inputs of a run, and of a manifest its version', () => {
    const after = { payload: { days: 3 }, manifest: { version: '1.0.0', jobs: [] }, blackouts: [] };
    expect(describeChange({ before: null, after })).toEqual([
      { field: 'payload.days', before: null, after: 3 },
      { field: 'version', before: null, after: '1.0.0' },
    ]);
  });
});
