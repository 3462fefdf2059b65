import { describe, expect, it } from 'vitest';
import { portalSentences } from '#domain/portal-messages.ts';
import { listDefinitions, readDefinition } from './definitions.ts';

const files = listDefinitions().map((file) => ({ file, text: readDefinition(file) }));

const sentences: Record<string, string> = Object.fromEntries(
  Object.entries(portalSentences).flatMap(([group, named]) =>
    Object.entries(named).map(([name, sentence]) => [`${group}.${name}`, sentence]),
  ),
);

describe('messages of database functions [rule 46: texts as codes]', () => {
  const written = files.find(({ file }) => file.endsWith('own_message.sql'))?.text ?? '';
  const pairs = [...written.matchAll(/\('([^']+)', '((?:[^']|'')+)'\)/g)].map(
    ([, code = '', sentence = '']) => ({
      code,
      sentence: sentence.replaceAll("''", "'"),
    }),
  );

  it('match a sentence of the portal word for word, with at most one value', () => {
    expect(pairs.length).toBeGreaterThan(4);
    for (const { code, sentence } of pairs) expect([code, sentence]).toEqual([code, sentences[code]]);
    for (const { sentence } of pairs) expect(sentence.split('{').length).toBeLessThanOrEqual(2);
  });

  it('have a known code in every function', () => {
    const known = pairs.map(({ code }) => code);
    const codes = files.flatMap(({ text }) => [...text.matchAll(/'((?:run|remote)\.[A-Za-z]+)'/g)]);
    expect(codes.length).toBeGreaterThan(pairs.length);
    for (const [, code] of codes) expect(known).toContain(code);
  });

  it('always have a code', () => {
    for (const { file, text } of files) {
      const bare = [
        ...text.matchAll(/'message',\s*'|\bmessage = (?:\w+\()?'|'(?:name)', '\w+'\)(?!\s*\|\|)/g),
      ];
      expect([file, bare.map(([found]) => found)]).toEqual([file, []]);
    }
  });
});
