import { Search } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { Input } from './input.tsx';
import { type Choice, Select } from './select.tsx';

// The filters of a list, in an AutoSubmitForm above it.

export function SearchField({
  applied,
  charactersMax,
  hint,
  className,
}: {
  applied: string;
  charactersMax: number;
  /** What is searched. */
  hint: string;
  className?: string;
}) {
  const t = useTranslations('lists');
  return (
    <div className={`relative flex-1 ${className ?? ''}`}>
      <Icon
        icon={Search}
        className="pointer-events-none absolute start-2.5 top-1/2 size-4 -translate-y-1/2 text-ink-muted"
      />
      <Input
        type="search"
        name="q"
        defaultValue={applied}
        maxLength={charactersMax}
        aria-label={t('search')}
        placeholder={hint}
        autoComplete="off"
        spellCheck={false}
        className="ps-8.5"
      />
    </div>
  );
}

/** A menu whose first choice, `all`, does not filter. */
export function FilterMenu({
  name,
  label,
  applied,
  all,
  choices,
  className,
}: {
  name: string;
  label: string;
  applied: string | null;
  all: string;
  choices: readonly Choice[];
  className: string;
}) {
  return (
    <Select
      name={name}
      defaultValue={applied ?? ''}
      aria-label={label}
      className={className}
      choices={[{ value: '', label: all }, ...choices]}
    />
  );
}

function DayField({ name, label, applied }: { name: string; label: string; applied: string | null }) {
  return (
    <label className="min-w-0 gap-2 text-[0.8125rem] max-sm:block sm:flex sm:items-center">
      <span className="whitespace-nowrap text-ink-muted max-sm:text-xs">{label}</span>
      <Input type="date" name={name} defaultValue={applied ?? ''} className="sm:w-38" />
    </label>
  );
}

/** First and last day, and the button. On a phone, the days share a line. */
export function DayFields({ from, to }: { from: string | null; to: string | null }) {
  const t = useTranslations('lists');
  return (
    <div className="gap-2 max-sm:contents sm:flex">
      <DayField name="from" label={t('from')} applied={from} />
      <DayField name="to" label={t('to')} applied={to} />
      {/* With JavaScript the fields submit themselves, so on a phone the button is hidden. */}
      <ApplyButton className="max-sm:col-span-2 max-sm:not-noscript:hidden" />
    </div>
  );
}

export function ApplyButton({ className }: { className?: string }): ReactNode {
  const t = useTranslations('lists');
  return (
    <Button type="submit" className={className}>
      {t('apply')}
    </Button>
  );
}
