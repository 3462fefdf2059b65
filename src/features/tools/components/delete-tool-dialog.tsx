import type { Route } from 'next';
import { useTranslations } from 'next-intl';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import type { Tool } from '#data/tool-row.ts';
import { deleteTool } from '#features/tools/actions.ts';

/** Asks for confirmation before a tool is deleted. */
export function DeleteToolDialog({ id, tool, closedHref }: { id: string; tool: Tool; closedHref: Route }) {
  const t = useTranslations('settings.tools');
  return (
    <ConfirmDialog
      id={id}
      title={t('deleteTitle', { name: tool.name })}
      action={deleteTool}
      fields={{ toolId: tool.id }}
      confirmLabel={t('delete')}
      closedHref={closedHref}
    >
      <p>{t('deleteBody')}</p>
    </ConfirmDialog>
  );
}
