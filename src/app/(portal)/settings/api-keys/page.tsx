import { KeyRound, Plus } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import { Badge, type Tone } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { DialogLink } from '#components/ui/dialog-link.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { RelativeTime } from '#components/ui/relative-time.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import type { ApiKeyState } from '#domain/api-key-state.ts';
import { revokeApiKey } from '#features/api-keys/actions.ts';
import { CreateKeyDialog, createKeyDialogId } from '#features/api-keys/components/create-key-dialog.tsx';
import { RotateKeyDialog } from '#features/api-keys/components/rotate-key-dialog.tsx';
import { listApiKeys } from '#features/api-keys/queries.ts';
import { parseApiKeysAddress } from '#features/api-keys/schemas.ts';
import { addressOf } from '#http/paths.ts';
import { requireAdmin } from '#auth/actor.ts';
import { requireMember } from '#auth/current-member.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';

export const generateMetadata = pageTitle('settings.apiKeys.title');

const tones: Record<ApiKeyState, Tone> = {
  active: 'success',
  ending: 'warning',
  expired: 'neutral',
  revoked: 'neutral',
};

const path = '/settings/api-keys';

export default portalPage<PageProps<'/settings/api-keys'>>(async ({ searchParams }) => {
  const chosen = parseApiKeysAddress(await searchParams);
  const admin = requireAdmin(await requireMember());
  const [keys, t] = await Promise.all([listApiKeys(admin), getTranslations('settings.apiKeys')]);
  const { timeZone } = admin;
  // A key that was just rotated keeps its dialog, which shows the new key.
  const rotated = keys.find(({ id }) => id === chosen.rotate);
  const revoked = rotated ? undefined : keys.find(({ id }) => id === chosen.revoke);
  const createButton = (
    <Button variant="primary" command="show-modal" commandfor={createKeyDialogId}>
      <Icon icon={Plus} />
      {t('create')}
    </Button>
  );

  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('description')}
        actions={keys.length > 0 ? createButton : null}
      />
      <CreateKeyDialog />
      {rotated ? <RotateKeyDialog key={rotated.id} apiKey={rotated} closedHref={path} /> : null}
      {revoked ? (
        <ConfirmDialog
          key={revoked.id}
          id="revoke-key"
          title={t('revokeTitle', { name: revoked.name })}
          action={revokeApiKey}
          fields={{ apiKeyId: revoked.id }}
          confirmLabel={t('revoke')}
          closedHref={path}
        >
          <p>{t('revokeBody', { prefix: revoked.prefix })}</p>
        </ConfirmDialog>
      ) : null}
      {keys.length === 0 ? (
        <EmptyState icon={KeyRound} title={t('emptyTitle')} action={createButton}>
          {t('emptyBody')}
        </EmptyState>
      ) : (
        <Table
          caption={t('caption')}
          head={
            <>
              <HeadCell>{t('name')}</HeadCell>
              <HeadCell>{t('scopes')}</HeadCell>
              <HeadCell>{t('state')}</HeadCell>
              <HeadCell>{t('lastUsed')}</HeadCell>
              <HeadCell>{t('created')}</HeadCell>
              <HeadCell align="end">{t('actions')}</HeadCell>
            </>
          }
        >
          {keys.map((key) => {
            const isOver = key.state === 'expired' || key.state === 'revoked';
            return (
              <Row key={key.id} className={isOver ? 'text-ink-muted' : undefined}>
                <Cell>
                  <span className="block font-medium">{key.name}</span>
                  <code className="font-mono text-xs text-ink-muted">{key.prefix}…</code>
                </Cell>
                <Cell label={t('scopes')}>
                  <span className="flex flex-wrap gap-1">
                    {key.scopes.map((scope) => (
                      <Badge key={scope}>{t(`scopeNames.${scope}`)}</Badge>
                    ))}
                  </span>
                </Cell>
                <Cell label={t('state')}>
                  <Badge tone={tones[key.state]}>{t(`states.${key.state}`)}</Badge>
                  {key.expiresAt && key.state !== 'revoked' ? (
                    <span className="mt-0.5 block text-xs text-ink-muted">
                      {t('endsAt')} <RelativeTime at={key.expiresAt} timeZone={timeZone} />
                    </span>
                  ) : null}
                </Cell>
                <Cell label={t('lastUsed')} className="whitespace-nowrap text-ink-muted">
                  {key.lastUsedAt ? <RelativeTime at={key.lastUsedAt} timeZone={timeZone} /> : t('neverUsed')}
                </Cell>
                <Cell label={t('created')} className="whitespace-nowrap text-ink-muted">
                  <RelativeTime at={key.createdAt} timeZone={timeZone} />
                </Cell>
                <Cell align="end" className="max-md:-ms-2.5 md:whitespace-nowrap">
                  {isOver ? null : (
                    <>
                      <DialogLink href={addressOf(path, { rotate: key.id })} variant="ghost">
                        {t('rotate')}
                      </DialogLink>
                      <DialogLink href={addressOf(path, { revoke: key.id })} variant="danger-ghost">
                        {t('revoke')}
                      </DialogLink>
                    </>
                  )}
                </Cell>
              </Row>
            );
          })}
        </Table>
      )}
    </>
  );
});
