import type { ComponentProps } from 'react';
import { classNames } from './class-names.ts';

/** Classes that all text-like controls share. */
export const controlClass = classNames(
  'border-line-strong bg-surface text-ink w-full rounded-md border px-2.5 py-1 text-sm',
  // 16 px on a phone: with smaller text, iOS zooms into the field.
  'min-h-9 max-md:min-h-10 max-md:text-base',
  'aria-invalid:border-danger disabled:bg-sunken disabled:text-ink-muted [&[readonly]]:bg-sunken',
);

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input {...props} className={classNames(controlClass, className)} />;
}

export function Textarea({ className, ...props }: ComponentProps<'textarea'>) {
  return <textarea rows={3} {...props} className={classNames(controlClass, 'py-1.5', className)} />;
}
