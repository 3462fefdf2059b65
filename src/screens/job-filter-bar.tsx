import type { Route } from 'next';
import { useTranslations } from 'next-intl';
import { AutoSubmitForm } from '#components/ui/auto-submit-form.tsx';
import { ApplyButton, FilterMenu, SearchField } from '#components/ui/filter-bar.tsx';
import type { ShownState } from '#components/ui/state-badge.tsx';
import { searchCharactersMax } from '#domain/limits.ts';
import { useStateWords } from '#components/ui/status-badge.tsx';

/** Search, state and tool above a list of jobs. */
export function JobFilterBar({
  list,
  query,
  states,
  tools,
}: {
  list: Extract<Route, '/incidents' | '/jobs'>;
  query: { q: string; state: string | null; tool: string | null };
  states: readonly ShownState[];
  tools: readonly { id: string; name: string }[];
}) {
  const t = useTranslations('lists');
  const own = useTranslations(list === '/jobs' ? 'jobs.filter' : 'incidents.filter');
  const words = useStateWords();
  return (
    <AutoSubmitForm
      action={list}
      query={query}
      label={own('label')}
      className="mb-3 grid grid-cols-[repeat(3,minmax(0,1fr))_auto] gap-2 md:flex"
    >
      <SearchField
        applied={query.q}
        charactersMax={searchCharactersMax}
        hint={own('searchHint')}
        className="max-md:col-span-3"
      />
      <FilterMenu
        name="state"
        label={t('state')}
        applied={query.state}
        all={t('anyState')}
        choices={states.map((state) => ({ value: state, label: words[state] }))}
        className={`max-md:order-1 md:w-40 ${tools.length > 0 ? 'max-md:col-span-2' : 'max-md:col-span-4'}`}
      />
      {tools.length > 0 ? (
        <FilterMenu
          name="tool"
          label={t('tool')}
          applied={query.tool}
          all={t('anyTool')}
          choices={tools.map(({ id, name }) => ({ value: id, label: name }))}
          className="max-md:order-1 max-md:col-span-2 md:w-48"
        />
      ) : null}
      <ApplyButton />
    </AutoSubmitForm>
  );
}
