import { describe, expect, it } from 'vitest';
import { searchPattern } from './search-pattern.ts';

describe('searchPattern', () => {
  it.each([
    ['a word matches anywhere', 'backup', '%backup%'],
    ['surrounding spaces are ignored', '  backup\u3000', '%backup%'],
    ['an empty search has no pattern', '   ', null],
    ['full-width letters match normal ones', 'ｊｏｂ１', '%job1%'],
    ['half-width kana match normal ones', 'ﾊﾞｯｸ', '%バック%'],
    ['case is ignored', 'JOB-É', '%job-é%'],
    ['a sigma is the same letter everywhere', 'ΟΔΟΣ', '%οδοσ%'],
    ['a percent sign is literal', '50%', '%50\\%%'],
    ['an underscore is literal', 'a_b', '%a\\_b%'],
    ['a backslash is literal', 'c:\\x', '%c:\\\\x%'],
    ['a star matches one character', '*', '%_%'],
    ['a NUL, which no text can contain, becomes a space', 'a\0b', '%a b%'],
  ])('%s', (_claim, search, expected) => {
    expect(searchPattern(search)).toBe(expected);
  });
});
