import type { Route } from 'next';
import { useLocale, useTranslations } from 'next-intl';
import { AutoSubmitForm } from '#components/ui/auto-submit-form.tsx';
import { classNames } from '#components/ui/class-names.ts';
import { Select } from '#components/ui/select.tsx';
import { type LocalizedText, textIn } from '#domain/plugin/payload-schema.ts';
import { oneLine, readableText } from '#domain/reported-text.ts';
import { runStates, runTriggers } from '#domain/run-state.ts';
import { ApplyButton, DayField } from '#components/ui/day-field.tsx';
import { queryOf, type RunFilter } from '#features/runs/schemas.ts';

/** What a list of runs can be narrowed to. */
export function RunFilterBar({
  action,
  filter,
  jobs,
  plugins,
}: {
  action: Route;
  filter: RunFilter;
  jobs: { id: string; title: LocalizedText }[];
  /** Null where the plugin is given. */
  plugins: { id: string; name: LocalizedText }[] | null;
}) {
  const t = useTranslations('runs.filter');
  const locale = useLocale();
  const states = useTranslations('states');
  const triggers = useTranslations('runs.triggers');
  const applied = Object.entries(queryOf(filter)).filter(
    (entry): entry is [string, string] => entry[1] !== null && !(plugins === null && entry[0] === 'plugin'),
  );
  const menu = 'min-w-0 sm:w-40 sm:grow';
  return (
    <AutoSubmitForm
      action={action}
      applied={new URLSearchParams(applied).toString()}
      label={t('label')}
      className="mb-3 flex-wrap items-end gap-2 max-sm:grid max-sm:grid-cols-2 sm:flex"
    >
      <Select
        name="state"
        defaultValue={filter.state ?? ''}
        aria-label={t('state')}
        className={menu}
        choices={[
          { value: '', label: t('anyState') },
          ...runStates.map((state) => ({ value: state, label: states(state) })),
        ]}
      />
      <Select
        name="trigger"
        defaultValue={filter.trigger ?? ''}
        aria-label={t('trigger')}
        className={menu}
        choices={[
          { value: '', label: t('anyTrigger') },
          ...runTriggers.map((trigger) => ({ value: trigger, label: triggers(trigger) })),
        ]}
      />
      {plugins !== null && plugins.length > 0 ? (
        <Select
          name="plugin"
          defaultValue={filter.pluginId ?? ''}
          aria-label={t('plugin')}
          className={menu}
          choices={[
            { value: '', label: t('anyPlugin') },
            ...plugins.map(({ id, name }) => ({
              value: id,
              label: oneLine(readableText(textIn(name, locale)), 40),
            })),
          ]}
        />
      ) : null}
      <Select
        name="job"
        defaultValue={filter.jobId ?? ''}
        aria-label={t('job')}
        className={classNames('min-w-0 sm:w-56 sm:grow', plugins === null && 'max-sm:col-span-2')}
        choices={[
          { value: '', label: t('anyJob') },
          ...jobs.map(({ id, title }) => ({
            value: id,
            label: oneLine(readableText(textIn(title, locale)), 60),
          })),
        ]}
      />
      <div className="gap-2 max-sm:contents sm:flex">
        <DayField name="from" label={t('from')} defaultValue={filter.from} />
        <DayField name="to" label={t('to')} defaultValue={filter.to} />
        <ApplyButton>{t('apply')}</ApplyButton>
      </div>
    </AutoSubmitForm>
  );
}
