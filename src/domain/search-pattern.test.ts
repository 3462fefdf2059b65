import { describe, expect, it } from 'vitest';
import { searchPatterns } from './search-pattern.ts';

describe('searchPatterns', () => {
  it.each([
    ['a word is searched anywhere', 'backup', ['%backup%']],
    ['spaces around it do not count', '  backup ', ['%backup%']],
    ['nothing is searched for nothing', '   ', []],
    ['full-width letters also find the usual ones', 'ｊｏｂ１', ['%ｊｏｂ１%', '%job1%']],
    ['half-width kana also find the usual ones', 'ﾊﾞｯｸ', ['%ﾊﾞｯｸ%', '%バック%']],
    ['a per cent sign is itself', '50%', ['%50\\%%']],
    ['what would end the filter matches any character', 'a,b)c("d\\', ['%a_b_c__d_%']],
    ['a star is not everything', '*', ['%_%']],
  ])('%s', (_claim, search, expected) => {
    expect(searchPatterns(search)).toEqual(expected);
  });
});
