import { describe, expect, it } from 'vitest';
import { foreignMessage, OwnMessage, readMessage } from '#domain/message.ts';
import { portalSentences } from '#domain/portal-messages.ts';
import { locales } from '#i18n/locales.ts';
import { messagesByLocale } from '#i18n/messages.ts';
import { builtInPlugins } from '#plugins/index.ts';
import { sayMessage } from './say-message.ts';

const groups: Record<string, Record<string, string>> = {
  ...portalSentences,
  ...Object.fromEntries(
    Object.entries(builtInPlugins).map(([id, { sentences = {} }]) => [
      id,
      Object.fromEntries(Object.entries(sentences).map(([name, { en }]) => [name, en])),
    ]),
  ),
};
const codes = Object.entries(groups).flatMap(([group, sentences]) =>
  Object.entries(sentences).map(([name, english]): [code: string, english: string] => [
    `${group}.${name}`,
    english,
  ]),
);

// Each value is its own name, so that a text that omits one is found.
function example(code: string, english: string): OwnMessage {
  const places = [...english.matchAll(/\{(\w+)(\|)?/g)];
  const within = (name: string) =>
    ['one', 'two'].map(
      (one) => new OwnMessage('run.noSecret', portalSentences.run.noSecret, { name: name + one }),
    );
  return new OwnMessage(
    code,
    english,
    Object.fromEntries(places.map(([, name = '', isList]) => [name, isList ? within(name) : `<${name}>`])),
  );
}

describe('every code [rule 46: texts as codes]', () => {
  it.each(codes)('%s has a sentence in both languages with all its values', (code, english) => {
    const { text, values } = example(code, english);
    const stored = readMessage(text, code, JSON.parse(JSON.stringify(values)));
    if (stored?.code == null) throw new Error(`${code} is not read as it was stored`);
    expect(sayMessage(stored, 'en')).toBe(text);
    const japanese = sayMessage(stored, 'ja');
    for (const locale of locales) expect(sayMessage(stored, locale)).not.toMatch(/\{\w|\}/);
    for (const [place] of JSON.stringify(values).matchAll(/<\w+>/g)) expect(japanese).toContain(place);
    for (const [, name] of JSON.stringify(values).matchAll(/"name":"(\w+)"/g)) {
      expect(japanese).toContain(`シークレット ${name} が`);
    }
    expect(japanese).not.toBe(text);
  });

  it('has no unused Japanese sentence', () => {
    const known = codes.map(([code]) => code);
    const japanese = Object.entries(messagesByLocale.ja.sentences).flatMap(([group, sentences]) =>
      Object.keys(sentences).map((name) => `${group}.${name}`),
    );
    expect(japanese.filter((code) => !known.includes(code))).toEqual([]);
  });
});

describe('a text that is not our own', () => {
  it('does not change, even if a script uses the exact words of the portal', () => {
    expect(sayMessage(foreignMessage('All checks passed'), 'ja')).toBe('All checks passed');
  });

  it.each(['later.version', 'run.ofALaterVersion', 'constructor.name', 'run.constructor', 'run'])(
    'is shown for the unknown code %s',
    (code) => {
      expect(sayMessage({ text: 'As it stands', code, values: {} }, 'ja')).toBe('As it stands');
    },
  );
});
