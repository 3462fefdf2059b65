import { describe, expect, it } from 'vitest';
import { searchPattern } from './search-pattern.ts';

describe('searchPattern', () => {
  it.each([
    ['a word is searched anywhere', 'backup', '%backup%'],
    ['spaces around it do not count', '  backup\u3000', '%backup%'],
    ['nothing is searched for nothing', '   ', null],
    ['full-width letters are the usual ones', 'ｊｏｂ１', '%job1%'],
    ['half-width kana are the usual ones', 'ﾊﾞｯｸ', '%バック%'],
    ['capitals are small letters', 'JOB-É', '%job-é%'],
    ['a sigma is the same letter anywhere', 'ΟΔΟΣ', '%οδοσ%'],
    ['a per cent sign is itself', '50%', '%50\\%%'],
    ['a line below is itself', 'a_b', '%a\\_b%'],
    ['a backslash is itself', 'c:\\x', '%c:\\\\x%'],
    ['a star is not everything', '*', '%_%'],
    ['a NUL, which no text holds, is a space', 'a\0b', '%a b%'],
  ])('%s', (_claim, search, expected) => {
    expect(searchPattern(search)).toBe(expected);
  });
});
