import { CloudOff } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import { Icon } from '#components/ui/icon.tsx';
import { readRealtimeSettings } from '#data/env.ts';
import { UnavailableError } from '#domain/errors.ts';
import { badgeEtag } from '#features/job-status/badge-etag.ts';
import { requireMember } from '#auth/current-member.ts';
import { LiveBadge } from './live-sidebar-badge.tsx';

/** Shows the number of failing jobs in the menu; the menu stays if the database is unavailable. */
export async function FailingBadge() {
  const [t, badge] = await Promise.all([
    getTranslations('incidents.badge'),
    requireMember()
      .then(({ badge, tenantId }) => ({ ...badge, tenantId }))
      .catch((error: unknown) => {
        if (error instanceof UnavailableError) return null;
        throw error;
      }),
  ]);
  const realtime = readRealtimeSettings();
  return (
    <LiveBadge
      initial={badge && { failingCount: badge.failingCount, etag: badgeEtag(badge) }}
      label={t('failing')}
      lostLabel={t('lost')}
      lostWord={t('lostWord')}
      changeSource={realtime && badge && { ...realtime, tenantId: badge.tenantId }}
      lostIcon={<Icon icon={CloudOff} className="inline size-3.5" />}
    />
  );
}
