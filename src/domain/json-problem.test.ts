import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sayJsonProblem, scanJson } from './json-problem.ts';

function problemOf(text: string): string | null {
  const { problem } = scanJson(text);
  return problem && sayJsonProblem(problem);
}

describe('why a body is not JSON [contract: every answer]', () => {
  it.each([
    ['{\n "a": 1,\n "log": "one\ntwo"\n}', 'line 3: a raw line break inside a string'],
    ['{"log":"one\r\ntwo"}', 'line 1: a raw line break inside a string'],
    ['{"log":"one\\\ntwo"}', 'line 1: a raw line break inside a string'],
    ['{"log":"\t"}', 'line 1, column 9: a raw control character inside a string'],
    ['{"log":"😀\x1b"}', 'line 1, column 10: a raw control character inside a string'],
    ['{"path":"C:\\logs"}', 'line 1, column 12: a backslash that starts no escape inside a string'],
    ['{"a":"\\u12"}', 'line 1, column 7: a backslash that starts no escape inside a string'],
    ['{"a":"b', 'line 1, column 6: a string that does not end'],
    ['{"a":"b\\', 'line 1, column 6: a string that does not end'],
    ['', 'line 1, column 1: the body is empty'],
    [' \n', 'line 1, column 1: the body is empty'],
    ['{', 'line 1, column 2: the end comes too early'],
    ['{"a"', 'line 1, column 5: the end comes too early'],
    ['{"a":', 'line 1, column 6: the end comes too early'],
    ['[1,', 'line 1, column 4: the end comes too early'],
    ['{"a":1', 'line 1, column 7: the end comes too early'],
    ['{"a":1,}', 'line 1, column 8: a comma before the end of a list or object'],
    ['[1, ]', 'line 1, column 5: a comma before the end of a list or object'],
    ['{"a":1 "b":2}', 'line 1, column 8: a comma or a closing bracket is missing'],
    ['{"a":1]', 'line 1, column 7: a comma or a closing bracket is missing'],
    ['{"a" 1}', 'line 1, column 6: a colon is missing'],
    ['{"a":,"b":1}', 'line 1, column 6: a value is missing'],
    ['{,}', 'line 1, column 2: a field name without double quotes'],
    ["{'a':1}", 'line 1, column 2: a field name without double quotes'],
    ['{"a":\'b\'}', 'line 1, column 6: a string without double quotes'],
    ['{"a":None}', 'line 1, column 6: a word that is not JSON'],
    ['{"a":01}', 'line 1, column 6: a number that is not JSON'],
    ['{"a":+1}', 'line 1, column 6: a number that is not JSON'],
    ['{"a":1}\n{"a":2}', 'line 2, column 1: something after the end of the JSON'],
    ['job_key=a', 'line 1, column 1: a word that is not JSON'],
  ])('%j', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  it('finds NaN and Infinity, which Python writes', () => {
    const text = '{"a":NaN,"b":[-Infinity, "NaN"]}';
    const { problem, notNumbers } = scanJson(text);
    expect(problem).toBeNull();
    expect(notNumbers.map(({ start, end }) => text.slice(start, end))).toEqual(['NaN', '-Infinity']);
  });

  it('finds a problem exactly where JSON.parse refuses, for any change of any JSON', () => {
    const piece = fc.constantFrom(
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '\n',
      '\t',
      '\x01',
      '0',
      '-',
      'e',
      '.',
      't',
      ' ',
      "'",
      'あ',
    );
    const change = fc.tuple(fc.nat(), fc.nat(2), fc.oneof(piece, fc.constant('')));
    const isJson = (text: string): boolean => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(fc.json(), fc.array(change, { maxLength: 3 }), fc.boolean(), (json, changes, isWide) => {
        let text = isWide ? JSON.stringify(JSON.parse(json), null, 1) : json;
        for (const [place, without, added] of changes) {
          const at = place % (text.length + 1);
          text = text.slice(0, at) + added + text.slice(at + without);
        }
        const { problem, notNumbers } = scanJson(text);
        expect(problem === null && notNumbers.length === 0, text).toBe(isJson(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['[', '{"a":', '"\\"', '[[],', '-', 'a', ' ', '1,'])(
    'reads 1 MiB of %j in bounded work',
    (piece) => {
      const startedAt = performance.now();
      expect(problemOf(piece.repeat(1_048_576 / piece.length))).not.toBeNull();
      // Quadratic work would take minutes.
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    },
  );
});
