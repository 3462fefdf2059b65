import { describe, expect, it } from 'vitest';
import { shownText } from './shown-text.ts';

const name = shownText({ max: 5 });
const problemsOf = (text: string) => name.safeParse(text).error?.issues.map(({ message }) => message) ?? [];

describe('shownText', () => {
  it.each(['', ' ', '\u3000', '\u00A0', '\t\n', '\uFEFF', '\u200B', '\u00AD', '\u2060', '\u202E'])(
    'requires more than %j, which nobody sees',
    (text) => {
      expect(problemsOf(text)).toEqual(['problems.required']);
      expect(problemsOf(`${text}${text}`)).toEqual(['problems.required']);
      expect(name.parse(`${text}日次${text}`)).toBe('日次');
    },
  );

  it('counts what is kept', () => {
    expect(name.parse(' e\u0301bcde ')).toBe('ébcde');
    expect(problemsOf('123456')).toEqual(['problems.tooLong']);
  });
});
