import { expect, it } from 'vitest';
import { settingOf } from './setting.ts';

it.each([undefined, '', ' ', '\r\n', '\ufeff', '""', "''", '" "'])('%j is not set', (value) => {
  expect(settingOf(value)).toBeUndefined();
});

it.each([
  'a b',
  ' a b',
  'a b\n',
  'a b\r\n',
  '\ufeffa b',
  '"a b"',
  "'a b'",
  ' "a b" \n',
  '" a b\n"',
  '\u3000a b',
])('%j means "a b"', (value) => expect(settingOf(value)).toBe('a b'));

it.each(['"a', "a'", `"a'`, '"a","b"', '"', '{"a":"b"}'])('%s has no quotes around it', (value) => {
  expect(settingOf(value)).toBe(value);
});
