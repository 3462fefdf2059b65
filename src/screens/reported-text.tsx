import { useLocale } from 'next-intl';
import { type LocalizedText, textIn } from '#domain/plugin/payload-schema.ts';
import { oneLine, readableText } from '#domain/readable-text.ts';

/**
 * Formats text like ReportedText, cut to one line of at most `lengthMax` characters, for client components, which put it in a
 * `bdi`.
 */
export function shownText(text: string, lengthMax: number): string {
  return readableText(oneLine(text, lengthMax));
}

/**
 * Text from a report. It cannot break the page: long words wrap, its text direction stays inside, and characters that reverse
 * or hide text are shown as codes. A text of a manifest is shown in the language of the screen.
 * @param lengthMax cuts it to one line of at most this many characters
 */
export function ReportedText({
  text,
  lengthMax,
  className,
}: {
  text: LocalizedText;
  lengthMax?: number;
  className?: string;
}) {
  const said = textIn(text, useLocale());
  return (
    <bdi className={className}>
      {lengthMax === undefined ? readableText(said) : shownText(said, lengthMax)}
    </bdi>
  );
}
