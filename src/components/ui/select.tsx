'use client';

import type { ComponentProps } from 'react';
import { classNames } from './class-names.ts';
import { controlClass } from './input.tsx';

export interface Choice {
  value: string;
  label: string;
}

/** A native select. It is a client component so that a menu of hundreds is sent to the browser as data, not as elements. */
export function Select({
  className,
  choices,
  ...props
}: Omit<ComponentProps<'select'>, 'children'> & { choices: readonly Choice[] }) {
  return (
    <select {...props} className={classNames(controlClass, className)}>
      {choices.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}
