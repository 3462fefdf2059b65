import { describe, expect, it } from 'vitest';
import { readFormEntries, readFormValues } from './read-form.ts';

function form(...entries: [string, string][]): FormData {
  const data = new FormData();
  for (const [name, value] of entries) data.append(name, value);
  return data;
}

describe('readFormEntries', () => {
  it('reads single fields as text and omits the fields that React adds', () => {
    expect(readFormEntries(form(['name', '日次集計'], ['$ACTION_REF_1', '']))).toEqual({ name: '日次集計' });
  });

  it('reads a name with brackets as a list even if only one box is ticked', () => {
    expect(readFormEntries(form(['scopes[]', 'report']))).toEqual({ scopes: ['report'] });
  });

  it('omits what the database cannot store', () => {
    expect(readFormEntries(form(['name', 'a\0b\uD800']))).toEqual({ name: 'ab\uFFFD' });
  });

  it('omits files', () => {
    const data = form(['name', 'x']);
    data.append('file', new File(['a'], 'a.txt'));
    expect(readFormEntries(data)).toEqual({ name: 'x' });
  });
});

describe('readFormValues', () => {
  it('never returns passwords and tokens', () => {
    const data = form(['email', 'a@example.com'], ['password', 'p'], ['newPassword', 'p'], ['token', 't']);
    expect(readFormValues(data)).toEqual({ email: 'a@example.com' });
  });
});
