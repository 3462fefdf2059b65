import { useLocale, useTranslations } from 'next-intl';
import { unwrap } from '#data/unwrap.ts';
import { recogniseOwnMessage } from '#domain/run/own-message.ts';
import type { Actor } from '#auth/actor.ts';

/** Says what the portal wrote about its own runs in the reader's language; any other text stays what it is. */
export function useOwnMessages(): (text: string) => string {
  const t = useTranslations('runs.ownMessages');
  const locale = useLocale();
  return (text) => {
    // English is what is stored.
    const messages = locale === 'en' ? null : recogniseOwnMessage(text);
    if (messages === null) return text;
    return messages
      .map(({ key, values }) => t(key, { ...values, reason: values.reason ?? '' }))
      .join(t('separator'));
  };
}

/**
 * Which of some jobs the portal runs itself. A script may write the same words, and they stay its own; so it is asked only
 * about jobs whose message is one that the portal would have written.
 */
export async function findPortalJobs(
  { client, tenantId }: Actor,
  candidates: readonly { jobId: string; message: string | null }[],
): Promise<ReadonlySet<string>> {
  const ids = candidates
    .filter(({ message }) => message !== null && recogniseOwnMessage(message) !== null)
    .map(({ jobId }) => jobId);
  if (ids.length === 0) return new Set();
  const rows = unwrap(
    await client.from('jobs').select('id').eq('tenant_id', tenantId).eq('kind', 'plugin').in('id', ids),
  );
  return new Set(rows.map(({ id }) => id));
}
