import { Download } from 'lucide-react';
import { headers } from 'next/headers';
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { ActionForm } from '#components/ui/action-form.tsx';
import { buttonClass } from '#components/ui/button-class.ts';
import { Card, CardHeader } from '#components/ui/card.tsx';
import { CodeBlock } from '#components/ui/code-block.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { SecretResult, WhenDone } from '#components/ui/form-result.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import { Tabs } from '#components/ui/tabs.tsx';
import { requireMember } from '#auth/current-member.ts';
import { addressOf } from '#http/paths.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { readPublicAddress } from '#http/public-origin.ts';
import { revealWebhookSecret } from '#features/reports/actions.ts';
import { readWebhookSecretState } from '#features/reports/find-webhook-secret.ts';
import {
  curlForBash,
  curlForWindows,
  environmentForBash,
  environmentForPowershell,
  nodeSnippet,
  powershellSnippet,
  pythonFileCode,
  pythonFileCommand,
  pythonSnippet,
  secretPlaceholder,
} from '#features/reports/report-samples.ts';

export const generateMetadata = pageTitle('settings.reporting.title');

const ways = [
  { name: 'curl', text: 'curl' },
  { name: 'python', text: 'python' },
  { name: 'python-file', text: 'pythonFile' },
  { name: 'powershell', text: 'powershell' },
  { name: 'node', text: 'node' },
] as const;

const fields = [
  { name: 'job_key', isRequired: true },
  { name: 'title', isRequired: true },
  { name: 'status', isRequired: true },
  { name: 'finished_at', isRequired: true },
  { name: 'message', isRequired: false },
  { name: 'tool_id', isRequired: false },
] as const;

const answers = ['200', '400', '401', '429', '503'] as const;

export default portalPage<PageProps<'/settings/how-to-report'>>(async ({ searchParams }) => {
  const member = await requireMember();
  const [{ with: wanted }, secretState, headerList, t, shell] = await Promise.all([
    searchParams,
    readWebhookSecretState(member),
    headers(),
    getTranslations('settings.reporting'),
    getTranslations('shell'),
  ]);
  const way = ways.find(({ name }) => name === wanted) ?? ways[0];
  const url = `${readPublicAddress(headerList)}/api/monitor/job-report`;
  const requestLine = `POST ${url}`;
  const sample = { url, title: t('exampleTitle'), message: t('exampleMessage') };
  const block = (label: string, code: string) => (
    <CodeBlock
      code={code}
      label={label}
      copyLabel={t('copyCode', { name: label })}
      secretPlaceholder={secretPlaceholder}
    />
  );
  const keysLink = (text: ReactNode) => (
    <Link href="/settings/api-keys" className="text-accent underline underline-offset-2">
      {text}
    </Link>
  );

  return (
    <>
      <PageHeader title={t('title')} description={t('description')} />
      <ActionForm action={revealWebhookSecret} className="space-y-6">
        <Card className="space-y-4">
          <div>
            <p className="text-xs text-ink-muted">{t('address')}</p>
            <p className="flex items-center gap-1.5">
              <code className="font-mono text-[0.8125rem] break-all">{requestLine}</code>
              <CopyButton text={url} label={t('copyAddress')} />
            </p>
          </div>
          <div>
            <p className="text-xs text-ink-muted">{t('secretTitle')}</p>
            <p className="max-w-3xl">
              {t('secretNote', { placeholder: secretPlaceholder })}{' '}
              {member.role === 'admin' ? t.rich('secretByKey', { link: keysLink }) : t('secretFromAdmin')}
            </p>
            {member.role === 'admin' && secretState === 'not-configured' ? (
              <p className="mt-2 text-warning">{t('notConfigured')}</p>
            ) : null}
            {member.role === 'admin' && secretState === 'theirs' ? (
              <div className="mt-3 max-w-3xl space-y-2">
                <p className="text-[0.8125rem] text-ink-muted">{t('revealBody')}</p>
                <WhenDone before={<SubmitButton variant="secondary">{t('reveal')}</SubmitButton>}>
                  <SecretResult
                    label={t('revealed')}
                    copyLabel={t('copySecret')}
                    copyWord={shell('copy')}
                    copiedText={shell('copied')}
                  />
                </WhenDone>
              </div>
            ) : null}
          </div>
        </Card>

        <div className="space-y-4">
          <Tabs
            label={t('ways')}
            tabs={ways.map(({ name, text }) => ({
              href: addressOf('/settings/how-to-report', { with: name }),
              label: t(text),
              isCurrent: name === way.name,
            }))}
          />
          {way.name === 'curl' ? (
            <>
              {block(t('curlBash'), curlForBash(sample))}
              {block(t('curlWindows'), curlForWindows(sample, new Date()))}
              <p className="text-[0.8125rem] text-ink-muted">{t('curlNote')}</p>
            </>
          ) : null}
          {way.name === 'python' ? (
            <>
              <p className="text-[0.8125rem] text-ink-muted">
                {t('pythonNote')} {t('environmentNote')}
              </p>
              {block(`${t('environment')} · bash`, environmentForBash(sample))}
              {block(`${t('environment')} · PowerShell`, environmentForPowershell(sample))}
              {block(t('pythonCode'), pythonSnippet)}
            </>
          ) : null}
          {way.name === 'python-file' ? (
            <>
              <p className="max-w-3xl text-[0.8125rem] text-ink-muted">
                {t('fileNote')} {t('environmentNote')}
              </p>
              <p>
                <a
                  href="/settings/how-to-report/tc_portal.py"
                  download="tc_portal.py"
                  className={buttonClass({ variant: 'secondary' })}
                >
                  <Icon icon={Download} />
                  {t('download')}
                </a>
              </p>
              {block(`${t('environment')} · bash`, environmentForBash(sample))}
              {block(`${t('environment')} · PowerShell`, environmentForPowershell(sample))}
              {block(t('fileRun'), pythonFileCommand(sample))}
              {block(t('fileDecorator'), pythonFileCode(sample))}
            </>
          ) : null}
          {way.name === 'powershell' ? (
            <>
              <p className="text-[0.8125rem] text-ink-muted">{t('powershellNote')}</p>
              {block('PowerShell', powershellSnippet(sample))}
            </>
          ) : null}
          {way.name === 'node' ? (
            <>
              <p className="text-[0.8125rem] text-ink-muted">{t('nodeNote')}</p>
              {block('job.mjs', nodeSnippet(sample))}
            </>
          ) : null}
        </div>
      </ActionForm>

      <section className="mt-8">
        <CardHeader title={t('fieldsTitle')} description={t('fieldsDescription')} />
        <Table
          caption={t('fieldsTitle')}
          head={
            <>
              <HeadCell className="w-44">{t('field')}</HeadCell>
              <HeadCell>{t('meaning')}</HeadCell>
            </>
          }
        >
          {fields.map(({ name, isRequired }) => (
            <Row key={name}>
              <Cell>
                <code className="font-mono">{name}</code>
                {isRequired ? null : <span className="ms-2 text-xs text-ink-muted">{shell('optional')}</span>}
              </Cell>
              <Cell>{t(`fields.${name}`)}</Cell>
            </Row>
          ))}
        </Table>
      </section>

      <section className="mt-8">
        <CardHeader title={t('answersTitle')} />
        <Table
          caption={t('answers')}
          head={
            <>
              <HeadCell>{t('status')}</HeadCell>
              <HeadCell>{t('meaning')}</HeadCell>
            </>
          }
        >
          {answers.map((status) => (
            <Row key={status}>
              <Cell className="w-20 font-mono">{status}</Cell>
              <Cell>{t(`answer${status}`)}</Cell>
            </Row>
          ))}
        </Table>
      </section>
    </>
  );
});
