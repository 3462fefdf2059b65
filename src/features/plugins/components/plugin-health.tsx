import { CircleCheck, CircleDashed, CircleX, Package } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Badge } from '#components/ui/badge.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { RelativeTime } from '#components/ui/relative-time.tsx';
import type { Plugin } from '#data/plugin-row.ts';
import { MessageText } from '#screens/message-text.tsx';

const looks = {
  healthy: { tone: 'success', icon: CircleCheck },
  unhealthy: { tone: 'danger', icon: CircleX },
  unknown: { tone: 'neutral', icon: CircleDashed },
} as const;

/** Shows a remote plugin's health at its last check; a built-in plugin is as healthy as the portal. */
export function PluginHealth({ plugin, timeZone }: { plugin: Plugin; timeZone: string }) {
  const t = useTranslations('plugins.health');
  if (plugin.kind === 'built_in') {
    return (
      <span className="inline-flex items-center gap-1.5 text-ink-muted">
        <Icon icon={Package} className="size-3.5" />
        {t('builtIn')}
      </span>
    );
  }
  const { tone, icon } = looks[plugin.health];
  return (
    <span className="block">
      <Badge tone={tone}>
        <Icon icon={icon} className="size-3.5" />
        {t(plugin.health)}
      </Badge>
      {plugin.healthCheckedAt === null ? null : (
        <span className="mt-0.5 block text-xs text-ink-muted">
          {t('checked')} <RelativeTime at={plugin.healthCheckedAt} timeZone={timeZone} />
        </span>
      )}
      {plugin.health === 'unhealthy' && plugin.healthMessage ? (
        <MessageText message={plugin.healthMessage} lengthMax={160} className="block text-xs text-danger" />
      ) : null}
    </span>
  );
}
