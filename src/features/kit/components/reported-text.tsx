import { classNames } from '#components/ui/class-names.ts';
import { oneLine, readableText } from '#domain/reported-text.ts';

/**
 * Text that came in a report. It cannot break the page: long words wrap, its direction ends with it, and what would turn
 * or hide other text stands there by its code.
 * @param lengthMax cuts it to one line of so many characters
 */
export function ReportedText({
  text,
  lengthMax,
  className,
}: {
  text: string;
  lengthMax?: number;
  className?: string;
}) {
  return (
    <bdi className={classNames('wrap-anywhere', className)}>
      {readableText(lengthMax === undefined ? text : oneLine(text, lengthMax))}
    </bdi>
  );
}
