import { fillSentence, type Message } from '#domain/message.ts';
import type { Locale } from '#i18n/locales.ts';
import { messagesByLocale } from '#i18n/messages.ts';
import { builtInPlugins } from '#plugins/index.ts';

/** Returns the sentence of a code of the portal or a built-in plugin; undefined for a code unknown to this version. */
function sentenceOf(code: string, locale: Locale): string | undefined {
  const [group = '', name = ''] = code.split('.');
  const portal: Record<string, Record<string, string>> = messagesByLocale[locale].sentences;
  const plugin = Object.hasOwn(builtInPlugins, group) ? builtInPlugins[group]?.sentences : undefined;
  const sentences = Object.hasOwn(portal, group) ? portal[group] : undefined;
  if (sentences && Object.hasOwn(sentences, name)) return sentences[name];
  return plugin && Object.hasOwn(plugin, name) ? plugin[name]?.[locale] : undefined;
}

/**
 * Translates a message that the portal or a built-in plugin wrote; returns any other text unchanged
 * [rule 46: texts as codes].
 */
export function sayMessage({ text, code, values }: Message, locale: Locale): string {
  const sentence = code === null ? undefined : sentenceOf(code, locale);
  if (sentence === undefined || values === null) return text;
  return fillSentence(sentence, values, (part) => sayMessage(part, locale));
}
