import { useLocale, useTranslations } from 'next-intl';
import { AutoSubmitForm } from '#components/ui/auto-submit-form.tsx';
import { ApplyButton, FilterMenu, SearchField } from '#components/ui/filter-bar.tsx';
import { searchCharactersMax } from '#domain/limits.ts';
import { type LocalizedText, textIn } from '#domain/plugin/payload-schema.ts';
import { shownText } from '#screens/reported-text.tsx';
import { switchStates } from '#features/scheduler/schemas.ts';

/** The filters of the list of scheduled jobs. */
export function ScheduleFilterBar({
  query,
  plugins,
}: {
  query: { q: string; state: string | null; plugin: string | null };
  plugins: { id: string; name: LocalizedText }[];
}) {
  const t = useTranslations('schedules.filter');
  const lists = useTranslations('lists');
  const locale = useLocale();
  return (
    <AutoSubmitForm
      action="/schedules"
      query={query}
      label={t('label')}
      className="mb-3 grid grid-cols-[minmax(0,1fr)_auto] gap-2 md:flex"
    >
      <SearchField applied={query.q} charactersMax={searchCharactersMax} hint={t('searchHint')} />
      <FilterMenu
        name="state"
        label={t('state')}
        applied={query.state}
        all={t('anyState')}
        choices={switchStates.map((state) => ({ value: state, label: t(`states.${state}`) }))}
        className="max-md:order-1 max-md:col-span-2 md:w-52"
      />
      {plugins.length > 1 ? (
        <FilterMenu
          name="plugin"
          label={lists('plugin')}
          applied={query.plugin}
          all={lists('anyPlugin')}
          choices={plugins.map(({ id, name }) => ({ value: id, label: shownText(textIn(name, locale), 40) }))}
          className="max-md:order-1 max-md:col-span-2 md:w-48"
        />
      ) : null}
      <ApplyButton />
    </AutoSubmitForm>
  );
}
