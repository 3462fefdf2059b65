import type { Route } from 'next';
import { useTranslations } from 'next-intl';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Dialog, DialogActions } from '#components/ui/dialog.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import type { Tool } from '#data/tool-row.ts';
import { removeTool } from '#features/tools/actions.ts';

/** Asks before a tool is removed. */
export function RemoveToolDialog({ id, tool, closedHref }: { id: string; tool: Tool; closedHref: Route }) {
  const t = useTranslations('settings.tools');
  return (
    <Dialog id={id} title={t('removeTitle', { name: tool.name })} closedHref={closedHref}>
      <ActionForm action={removeTool}>
        <input type="hidden" name="toolId" value={tool.id} />
        <p className="text-ink-muted">{t('removeBody')}</p>
        <DialogActions id={id} closedHref={closedHref}>
          <SubmitButton variant="danger">{t('remove')}</SubmitButton>
        </DialogActions>
      </ActionForm>
    </Dialog>
  );
}
