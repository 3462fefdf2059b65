import type { Route } from 'next';
import { useTranslations } from 'next-intl';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import type { Tool } from '#data/tool-row.ts';
import { removeTool } from '#features/tools/actions.ts';

/** Asks before a tool is removed. */
export function RemoveToolDialog({ id, tool, closedHref }: { id: string; tool: Tool; closedHref: Route }) {
  const t = useTranslations('settings.tools');
  return (
    <ConfirmDialog
      id={id}
      title={t('removeTitle', { name: tool.name })}
      action={removeTool}
      fields={{ toolId: tool.id }}
      confirmLabel={t('remove')}
      closedHref={closedHref}
    >
      <p>{t('removeBody')}</p>
    </ConfirmDialog>
  );
}
