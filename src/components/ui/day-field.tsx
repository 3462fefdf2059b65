import type { ReactNode } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Input } from '#components/ui/input.tsx';

/** A day in the filters above a list; on a phone two of them share a line. */
export function DayField({
  name,
  label,
  defaultValue,
}: {
  name: string;
  label: string;
  defaultValue: string | null;
}) {
  return (
    <label className="min-w-0 gap-2 text-[0.8125rem] max-sm:block sm:flex sm:items-center">
      <span className="whitespace-nowrap text-ink-muted max-sm:text-xs">{label}</span>
      <Input type="date" name={name} defaultValue={defaultValue ?? ''} className="sm:w-38" />
    </label>
  );
}

/** Sends the filters. They send themselves where there is JavaScript, so on a phone it then takes no room. */
export function ApplyButton({ children }: { children: ReactNode }) {
  return (
    <Button type="submit" className="max-sm:col-span-2 max-sm:not-noscript:hidden">
      {children}
    </Button>
  );
}
