import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { formatPlainTime } from '#components/ui/format-time.ts';
import { Icon } from '#components/ui/icon.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { StatusBadge } from '#components/ui/status-badge.tsx';
import { PortalError } from '#domain/errors.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { shownRunState } from '#domain/run/long-run.ts';
import { oneLine, readableText } from '#domain/readable-text.ts';
import { jobPath, runPath } from '#http/paths.ts';
import { ReportedText } from '#screens/reported-text.tsx';
import { requireMember } from '#auth/current-member.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { RunActions } from '#features/runs/components/run-actions.tsx';
import { RunBody } from '#features/runs/components/run-body.tsx';
import { findNeighbours, getRunOnce } from '#features/runs/queries.ts';
import { readWholeRun } from '#features/runs/whole-run.ts';

export async function generateMetadata({ params }: PageProps<'/runs/[id]'>): Promise<Metadata> {
  try {
    const run = await getRunOnce(await requireMember(), (await params).id);
    return { title: oneLine(readableText(textIn(run.job.title, await getLocale())), 80) };
  } catch (error) {
    // The page itself handles the error.
    if (error instanceof PortalError) return {};
    throw error;
  }
}

export default portalPage<PageProps<'/runs/[id]'>>(async ({ params }) => {
  const member = await requireMember();
  const whole = await readWholeRun(member, (await params).id);
  const { run } = whole;
  const [{ newer, older }, t, locale] = await Promise.all([
    findNeighbours(member, run),
    getTranslations('runs'),
    getLocale(),
  ]);
  const time = formatPlainTime(run.orderedAt, locale, member.timeZone);
  return (
    <>
      <PageHeader
        back={{ href: jobPath(run.job.id), text: t('back') }}
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <ReportedText text={run.job.title} lengthMax={200} />
            <StatusBadge state={shownRunState(run)} />
          </span>
        }
        description={t('title', { time })}
        actions={
          <>
            <RunActions whole={whole} />
            <nav aria-label={t('neighbours')} className="flex flex-wrap gap-2">
              {older === null ? null : (
                <LinkButton href={runPath(older)} size="sm" prefetch={false}>
                  <Icon icon={ChevronLeft} />
                  {t('older')}
                </LinkButton>
              )}
              {newer === null ? null : (
                <LinkButton href={runPath(newer)} size="sm" prefetch={false}>
                  {t('newer')}
                  <Icon icon={ChevronRight} />
                </LinkButton>
              )}
            </nav>
          </>
        }
      />
      <RunBody whole={whole} timeZone={member.timeZone} />
    </>
  );
});
