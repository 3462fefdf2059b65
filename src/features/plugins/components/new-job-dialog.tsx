import { ChevronRight, Plus } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Dialog } from '#components/ui/dialog.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import type { Plugin } from '#data/plugin-row.ts';
import { manifestOf } from '#features/plugins/queries.ts';
import { newJobPath } from '#http/paths.ts';
import { ManifestText } from './plugin-texts.tsx';

/** Opens the NewJobDialog of the list below it. */
export function NewJobLink({ href }: { href: Route }) {
  const t = useTranslations('plugins.newJob');
  return (
    <LinkButton href={href} prefetch={false} scroll={false} variant="primary">
      <Icon icon={Plus} />
      {t('open')}
    </LinkButton>
  );
}

function Way({ href, title, children }: { href: Route; title: ReactNode; children: ReactNode }) {
  return (
    <li>
      <Link
        href={href}
        prefetch={false}
        className="flex items-center justify-between gap-3 rounded-md border border-line px-3.5 py-2.5 hover:bg-hover"
      >
        <span className="min-w-0">
          <span className="block font-medium">{title}</span>
          <span className="block text-[0.8125rem] text-ink-muted">{children}</span>
        </span>
        <Icon icon={ChevronRight} className="size-4 text-ink-muted" />
      </Link>
    </li>
  );
}

/** Offers the kinds of new jobs: those of each plugin, and an external one that reports to the portal. */
export function NewJobDialog({ plugins, closedHref }: { plugins: readonly Plugin[]; closedHref: Route }) {
  const t = useTranslations('plugins.newJob');
  const kinds = plugins
    .filter(({ isEnabled }) => isEnabled)
    .flatMap((plugin) => {
      const manifest = manifestOf(plugin);
      return (manifest?.jobs ?? []).map(({ name, title, description }) => ({
        href: newJobPath(plugin.id, name),
        title,
        description: description ?? manifest?.description ?? null,
      }));
    });
  return (
    <Dialog id="new-job" title={t('title')} closedHref={closedHref}>
      {kinds.length > 0 ? (
        <>
          <h3 className="mb-1.5 text-[0.8125rem] text-ink-muted">{t('here')}</h3>
          <ul className="mb-5 space-y-2">
            {kinds.map(({ href, title, description }) => (
              <Way key={href} href={href} title={<ManifestText text={title} lengthMax={120} />}>
                {description === null ? null : <ManifestText text={description} lengthMax={200} />}
              </Way>
            ))}
          </ul>
        </>
      ) : null}
      <h3 className="mb-1.5 text-[0.8125rem] text-ink-muted">{t('elsewhere')}</h3>
      <ul>
        <Way href="/settings/how-to-report" title={t('report')}>
          {t('reportHint')}
        </Way>
      </ul>
    </Dialog>
  );
}
