import { Plus, Wrench } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import { Button } from '#components/ui/button.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { DialogLink } from '#components/ui/dialog-link.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import { addressOf } from '#http/paths.ts';
import { requireAdmin } from '#auth/actor.ts';
import { requireMember } from '#auth/current-member.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { DeleteToolDialog } from '#features/tools/components/delete-tool-dialog.tsx';
import { ToolDialog } from '#features/tools/components/tool-dialog.tsx';
import { listTools } from '#features/tools/queries.ts';
import { parseToolsAddress } from '#features/tools/schemas.ts';

export const generateMetadata = pageTitle('settings.tools.title');

const path = '/settings/tools';
const addDialogId = 'add-tool';

export default portalPage<PageProps<'/settings/tools'>>(async ({ searchParams }) => {
  const chosen = parseToolsAddress(await searchParams);
  const admin = requireAdmin(await requireMember());
  const [tools, t] = await Promise.all([listTools(admin), getTranslations('settings.tools')]);
  const edited = tools.find(({ id }) => id === chosen.edit);
  const deleted = edited ? undefined : tools.find(({ id }) => id === chosen.delete);
  const addButton = (
    <Button variant="primary" command="show-modal" commandfor={addDialogId}>
      <Icon icon={Plus} />
      {t('add')}
    </Button>
  );

  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('description')}
        actions={tools.length > 0 ? addButton : null}
      />
      <ToolDialog id={addDialogId} />
      {edited ? (
        <ToolDialog key={`edit-${edited.id}`} id="edit-tool" tool={edited} closedHref={path} />
      ) : null}
      {deleted ? (
        <DeleteToolDialog key={`delete-${deleted.id}`} id="delete-tool" tool={deleted} closedHref={path} />
      ) : null}
      {tools.length === 0 ? (
        <EmptyState icon={Wrench} title={t('emptyTitle')} action={addButton}>
          {t('emptyBody')}
        </EmptyState>
      ) : (
        <Table
          caption={t('caption')}
          head={
            <>
              <HeadCell>{t('name')}</HeadCell>
              <HeadCell>{t('id')}</HeadCell>
              <HeadCell align="end">{t('actions')}</HeadCell>
            </>
          }
        >
          {tools.map((tool) => (
            <Row key={tool.id}>
              <Cell className="max-w-md">
                <span className="font-medium">{tool.name}</span>
                {tool.url ? (
                  <a
                    href={tool.url}
                    rel="noreferrer"
                    target="_blank"
                    className="ms-2 text-xs break-all text-accent underline-offset-2 hover:underline"
                  >
                    {tool.url}
                  </a>
                ) : null}
                {tool.description ? (
                  <span className="block text-[0.8125rem] whitespace-pre-line text-ink-muted">
                    {tool.description}
                  </span>
                ) : null}
              </Cell>
              <Cell label={t('id')}>
                <span className="flex items-center gap-1">
                  <code className="font-mono text-xs break-all text-ink-muted">{tool.id}</code>
                  <CopyButton text={tool.id} label={t('copyId', { name: tool.name })} />
                </span>
              </Cell>
              <Cell align="end" className="max-md:-ms-2.5 md:whitespace-nowrap">
                <DialogLink href={addressOf(path, { edit: tool.id })} variant="ghost">
                  {t('edit')}
                </DialogLink>
                <DialogLink href={addressOf(path, { delete: tool.id })} variant="danger-ghost">
                  {t('delete')}
                </DialogLink>
              </Cell>
            </Row>
          ))}
        </Table>
      )}
    </>
  );
});
