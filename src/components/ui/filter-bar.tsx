import { Search } from 'lucide-react';
import type { Route } from 'next';
import { AutoSubmitForm } from '#components/ui/auto-submit-form.tsx';
import { Button } from '#components/ui/button.tsx';
import { classNames } from '#components/ui/class-names.ts';
import { Icon } from '#components/ui/icon.tsx';
import { Input } from '#components/ui/input.tsx';
import { type Choice, Select } from '#components/ui/select.tsx';

export interface FilterTexts {
  label: string;
  search: string;
  searchHint: string;
  state: string;
  tool: string;
  apply: string;
}

/** Search, state and tool above a list of jobs; the first choice of each menu is no narrowing. */
export function FilterBar({
  action,
  applied,
  texts,
  states,
  tools,
}: {
  action: Route;
  applied: { q: string | null; state: string | null; tool: string | null };
  texts: FilterTexts;
  states: Choice[];
  tools: Choice[];
}) {
  const query = Object.entries(applied).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return (
    <AutoSubmitForm
      action={action}
      applied={new URLSearchParams(query).toString()}
      label={texts.label}
      className="mb-3 grid grid-cols-[repeat(3,minmax(0,1fr))_auto] gap-2 md:flex"
    >
      <div className="relative flex-1 max-md:col-span-3">
        <Icon
          icon={Search}
          className="pointer-events-none absolute start-2.5 top-1/2 size-4 -translate-y-1/2 text-ink-muted"
        />
        <Input
          type="search"
          name="q"
          defaultValue={applied.q ?? ''}
          maxLength={200}
          aria-label={texts.search}
          placeholder={texts.searchHint}
          autoComplete="off"
          spellCheck={false}
          className="ps-8.5"
        />
      </div>
      <Select
        name="state"
        defaultValue={applied.state ?? ''}
        aria-label={texts.state}
        className={classNames(
          'max-md:order-1 md:w-40',
          tools.length > 1 ? 'max-md:col-span-2' : 'max-md:col-span-4',
        )}
        choices={states}
      />
      {tools.length > 1 ? (
        <Select
          name="tool"
          defaultValue={applied.tool ?? ''}
          aria-label={texts.tool}
          className="max-md:order-1 max-md:col-span-2 md:w-48"
          choices={tools}
        />
      ) : null}
      <Button type="submit">{texts.apply}</Button>
    </AutoSubmitForm>
  );
}
