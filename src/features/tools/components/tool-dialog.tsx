import type { Route } from 'next';
import { useTranslations } from 'next-intl';
import { limits } from '#domain/limits.ts';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Dialog, DialogActions } from '#components/ui/dialog.tsx';
import { TextareaField, TextField } from '#components/ui/field.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import type { Tool } from '#data/tool-row.ts';
import { addTool, changeTool } from '#features/tools/actions.ts';

/** Adds or changes a tool; `closedHref` as in Dialog. */
export function ToolDialog({ id, tool, closedHref }: { id: string; tool?: Tool; closedHref?: Route }) {
  const t = useTranslations('settings.tools');
  const shell = useTranslations('shell');
  return (
    <Dialog
      id={id}
      title={tool ? t('editTitle', { name: tool.name }) : t('addTitle')}
      closedHref={closedHref}
    >
      <ActionForm action={tool ? changeTool : addTool}>
        {tool ? <input type="hidden" name="toolId" value={tool.id} /> : null}
        <TextField
          name="name"
          label={t('name')}
          defaultValue={tool?.name}
          maxLength={limits.tools.name.max}
          required
        />
        <TextareaField
          name="description"
          label={t('toolDescription')}
          mark={shell('optional')}
          defaultValue={tool?.description}
          maxLength={limits.tools.description.max}
        />
        <TextField
          name="url"
          label={t('url')}
          mark={shell('optional')}
          type="url"
          defaultValue={tool?.url ?? ''}
          maxLength={limits.tools.url.max}
        />
        <DialogActions id={id} closedHref={closedHref}>
          <SubmitButton>{tool ? shell('save') : t('add')}</SubmitButton>
        </DialogActions>
      </ActionForm>
    </Dialog>
  );
}
