import { useOwnMessages } from './own-messages.ts';
import { ReportedText } from './reported-text.tsx';

/** What a run of the portal says, in the reader's language where the portal wrote it. */
export function OwnMessage(props: { text: string; lengthMax?: number; className?: string }) {
  const own = useOwnMessages();
  return <ReportedText {...props} text={own(props.text)} />;
}
