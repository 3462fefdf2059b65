import { useLocale } from 'next-intl';
import type { Plugin } from '#data/plugin-row.ts';
import { type LocalizedText, textIn } from '#domain/plugin/payload-schema.ts';
import { ReportedText } from '#screens/reported-text.tsx';

/** Shows a text of a manifest in the language of the screen. */
export function ManifestText({ text, lengthMax }: { text: LocalizedText; lengthMax?: number }) {
  const locale = useLocale();
  return <ReportedText text={textIn(text, locale)} lengthMax={lengthMax} />;
}

/** Shows the name from a plugin's manifest in the language of the screen. */
export function PluginName({ plugin }: { plugin: Plugin }) {
  return <ManifestText text={plugin.name} lengthMax={80} />;
}
