import { useLocale } from 'next-intl';
import type { Message } from '#domain/message.ts';
import { ReportedText } from './reported-text.tsx';
import { sayMessage } from './say-message.ts';

/** A message of a run or a plugin, in the reader's language if it is our own sentence. */
export function MessageText({
  message,
  ...props
}: {
  message: Message;
  lengthMax?: number;
  className?: string;
}) {
  return <ReportedText {...props} text={sayMessage(message, useLocale())} />;
}
