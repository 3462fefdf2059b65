import { useLocale, useTranslations } from 'next-intl';
import { ActionForm } from '#components/ui/action-form.tsx';
import { SwitchButton } from '#components/ui/switch-button.tsx';
import type { Plugin } from '#data/plugin-row.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { setPluginEnabled } from '#features/plugins/actions.ts';

/** Shows whether a plugin is enabled; admins can change it. */
export function PluginSwitch({ plugin, canChange }: { plugin: Plugin; canChange: boolean }) {
  const t = useTranslations('plugins');
  const locale = useLocale();
  if (!canChange) return t(plugin.isEnabled ? 'on' : 'off');
  const { name } = plugin;
  return (
    <ActionForm action={setPluginEnabled} className="relative z-10 space-y-0">
      <input type="hidden" name="pluginId" value={plugin.id} />
      <input type="hidden" name="isEnabled" value={String(!plugin.isEnabled)} />
      <SwitchButton
        isOn={plugin.isEnabled}
        label={t('switchLabel', { name: textIn(name, locale) })}
        onText={t('on')}
        offText={t('off')}
      />
    </ActionForm>
  );
}
