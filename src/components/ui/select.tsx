import type { ComponentProps } from 'react';
import { classNames } from './class-names.ts';
import { controlClass } from './input.tsx';

/** A native select. */
export function Select({ className, ...props }: ComponentProps<'select'>) {
  return <select {...props} className={classNames(controlClass, className)} />;
}
