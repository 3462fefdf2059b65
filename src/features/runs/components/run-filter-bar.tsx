import type { Route } from 'next';
import { useLocale, useTranslations } from 'next-intl';
import { AutoSubmitForm } from '#components/ui/auto-submit-form.tsx';
import { classNames } from '#components/ui/class-names.ts';
import { DayFields, FilterMenu } from '#components/ui/filter-bar.tsx';
import { type LocalizedText, textIn } from '#domain/plugin/payload-schema.ts';
import { runStates, runTriggers } from '#domain/run-state.ts';
import { shownText } from '#screens/reported-text.tsx';
import { queryOf, type RunFilter } from '#features/runs/schemas.ts';

/** The filters of a list of runs. */
export function RunFilterBar({
  action,
  filter,
  jobs,
  plugins,
}: {
  action: Route;
  filter: RunFilter;
  jobs: { id: string; title: LocalizedText }[];
  /** Null if the list has only one plugin. */
  plugins: { id: string; name: LocalizedText }[] | null;
}) {
  const t = useTranslations('runs.filter');
  const lists = useTranslations('lists');
  const locale = useLocale();
  const states = useTranslations('states');
  const triggers = useTranslations('runs.triggers');
  const menu = 'min-w-0 sm:w-40 sm:grow';
  return (
    <AutoSubmitForm
      action={action}
      query={{ ...queryOf(filter), ...(plugins === null && { plugin: null }) }}
      label={t('label')}
      className="mb-3 flex-wrap items-end gap-2 max-sm:grid max-sm:grid-cols-2 sm:flex"
    >
      <FilterMenu
        name="state"
        label={lists('state')}
        applied={filter.state}
        all={lists('anyState')}
        choices={runStates.map((state) => ({ value: state, label: states(state) }))}
        className={menu}
      />
      <FilterMenu
        name="trigger"
        label={t('trigger')}
        applied={filter.trigger}
        all={t('anyTrigger')}
        choices={runTriggers.map((trigger) => ({ value: trigger, label: triggers(trigger) }))}
        className={menu}
      />
      {plugins !== null && plugins.length > 0 ? (
        <FilterMenu
          name="plugin"
          label={lists('plugin')}
          applied={filter.pluginId}
          all={lists('anyPlugin')}
          choices={plugins.map(({ id, name }) => ({ value: id, label: shownText(textIn(name, locale), 40) }))}
          className={menu}
        />
      ) : null}
      <FilterMenu
        name="job"
        label={t('job')}
        applied={filter.jobId}
        all={t('anyJob')}
        choices={jobs.map(({ id, title }) => ({ value: id, label: shownText(textIn(title, locale), 60) }))}
        className={classNames('min-w-0 sm:w-56 sm:grow', plugins === null && 'max-sm:col-span-2')}
      />
      <DayFields from={filter.from} to={filter.to} />
    </AutoSubmitForm>
  );
}
