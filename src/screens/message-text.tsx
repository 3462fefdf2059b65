import { useLocale } from 'next-intl';
import type { Message } from '#domain/message.ts';
import { ReportedText } from './reported-text.tsx';
import { sayMessage } from './say-message.ts';

/** What a run or a plugin says, in the reader's language where the words are ours. */
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
