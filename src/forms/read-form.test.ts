import { describe, expect, it } from 'vitest';
import { readFormEntries, readFormValues } from './read-form.ts';

function form(...entries: [string, string][]): FormData {
  const data = new FormData();
  for (const [name, value] of entries) data.append(name, value);
  return data;
}

describe('readFormEntries', () => {
  it('reads single fields as text and leaves out the fields that React adds', () => {
    expect(readFormEntries(form(['name', '日次集計'], ['$ACTION_REF_1', '']))).toEqual({ name: '日次集計' });
  });

  it('reads a name with brackets as a list even when one box is ticked', () => {
    expect(readFormEntries(form(['scopes[]', 'report']))).toEqual({ scopes: ['report'] });
  });

  it('leaves out what the database cannot hold', () => {
    expect(readFormEntries(form(['name', 'a\0b']))).toEqual({ name: 'ab' });
  });

  it('leaves out files', () => {
    const data = form(['name', 'x']);
    data.append('file', new File(['a'], 'a.txt'));
    expect(readFormEntries(data)).toEqual({ name: 'x' });
  });
});

describe('readFormValues', () => {
  it('never sends passwords and tokens back', () => {
    const data = form(['email', 'a@example.com'], ['password', 'p'], ['newPassword', 'p'], ['token', 't']);
    expect(readFormValues(data)).toEqual({ email: 'a@example.com' });
  });
});
