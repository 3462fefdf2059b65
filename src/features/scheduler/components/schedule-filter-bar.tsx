import { Search } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { AutoSubmitForm } from '#components/ui/auto-submit-form.tsx';
import { Button } from '#components/ui/button.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { Input } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import { type LocalizedText, textIn } from '#domain/plugin/payload-schema.ts';
import { oneLine, readableText } from '#domain/reported-text.ts';
import { type ScheduleFilter, switchStates } from '#features/scheduler/schemas.ts';

/** What the list of scheduled jobs can be narrowed to. */
export function ScheduleFilterBar({
  filter,
  plugins,
}: {
  filter: ScheduleFilter;
  plugins: { id: string; name: LocalizedText }[];
}) {
  const t = useTranslations('schedules.filter');
  const locale = useLocale();
  const applied = Object.entries({ q: filter.search, state: filter.state, plugin: filter.pluginId }).filter(
    (entry): entry is [string, string] => Boolean(entry[1]),
  );
  return (
    <AutoSubmitForm
      action="/schedules"
      applied={new URLSearchParams(applied).toString()}
      label={t('label')}
      className="mb-3 grid grid-cols-[minmax(0,1fr)_auto] gap-2 md:flex"
    >
      <div className="relative min-w-40 flex-1">
        <Icon
          icon={Search}
          className="pointer-events-none absolute start-2.5 top-1/2 size-4 -translate-y-1/2 text-ink-muted"
        />
        <Input
          type="search"
          name="q"
          defaultValue={filter.search}
          maxLength={200}
          aria-label={t('search')}
          placeholder={t('searchHint')}
          autoComplete="off"
          spellCheck={false}
          className="ps-8.5"
        />
      </div>
      <Select
        name="state"
        defaultValue={filter.state ?? ''}
        aria-label={t('state')}
        className="max-md:order-1 max-md:col-span-2 md:w-40"
        choices={[
          { value: '', label: t('anyState') },
          ...switchStates.map((state) => ({ value: state, label: t(`states.${state}`) })),
        ]}
      />
      {plugins.length > 1 ? (
        <Select
          name="plugin"
          defaultValue={filter.pluginId ?? ''}
          aria-label={t('plugin')}
          className="max-md:order-1 max-md:col-span-2 md:w-48"
          choices={[
            { value: '', label: t('anyPlugin') },
            ...plugins.map(({ id, name }) => ({
              value: id,
              label: oneLine(readableText(textIn(name, locale)), 40),
            })),
          ]}
        />
      ) : null}
      <Button type="submit">{t('apply')}</Button>
    </AutoSubmitForm>
  );
}
