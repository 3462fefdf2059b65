import { fillSentence, type Message } from '#domain/message.ts';
import type { Locale } from '#i18n/locales.ts';
import { messagesByLocale } from '#i18n/messages.ts';
import { builtInPlugins } from '#plugins/index.ts';

/** The sentence of a code: of the portal, or of a built-in plugin; undefined for a code that this version does not know. */
function sentenceOf(code: string, locale: Locale): string | undefined {
  const [group = '', name = ''] = code.split('.');
  const portal: Record<string, Record<string, string>> = messagesByLocale[locale].sentences;
  const plugin = Object.hasOwn(builtInPlugins, group) ? builtInPlugins[group]?.sentences : undefined;
  const sentences = Object.hasOwn(portal, group) ? portal[group] : undefined;
  if (sentences && Object.hasOwn(sentences, name)) return sentences[name];
  return plugin && Object.hasOwn(plugin, name) ? plugin[name]?.[locale] : undefined;
}

/** A message in a language where the portal or a built-in plugin wrote it; any other text as it is [rule 46: texts as codes]. */
export function sayMessage({ text, code, values }: Message, locale: Locale): string {
  const sentence = code === null ? undefined : sentenceOf(code, locale);
  if (sentence === undefined || values === null) return text;
  return fillSentence(sentence, values, (part) => sayMessage(part, locale));
}
