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
});
