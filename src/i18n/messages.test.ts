import { describe, expect, it } from 'vitest';
import { locales } from './locales.ts';
import { messagesByLocale } from './messages.ts';

function flatten(value: object, path = ''): Map<string, string> {
  return new Map(
    Object.entries(value).flatMap(([key, child]: [string, unknown]) =>
      typeof child === 'object' && child !== null
        ? [...flatten(child, `${path}${key}.`)]
        : [[`${path}${key}`, String(child)]],
    ),
  );
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{(\w+)[,}]/g)].map((match) => String(match[1])).sort();
}

function tags(text: string): string[] {
  return [...text.matchAll(/<(\w+)>/g)].map((match) => String(match[1])).sort();
}

describe('messages', () => {
  const original = flatten(messagesByLocale.ja);

  it.each(locales)('have the same keys in %s as in Japanese', (locale) => {
    expect([...flatten(messagesByLocale[locale]).keys()].sort()).toEqual([...original.keys()].sort());
  });

  it.each(locales)('have the same placeholders and tags in %s as in Japanese', (locale) => {
    for (const [key, text] of flatten(messagesByLocale[locale])) {
      expect({ key, names: [...new Set(placeholders(text))] }).toEqual({
        key,
        names: [...new Set(placeholders(original.get(key) ?? ''))],
      });
      expect({ key, tags: tags(text) }).toEqual({ key, tags: tags(original.get(key) ?? '') });
    }
  });

  it.each(locales)('are never empty in %s', (locale) => {
    for (const [key, text] of flatten(messagesByLocale[locale])) {
      expect({ key, isEmpty: text.trim() === '' }).toEqual({ key, isEmpty: false });
    }
  });
});
