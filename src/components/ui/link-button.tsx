import Link from 'next/link';
import type { ComponentProps } from 'react';
import { buttonClass, type ButtonLook } from './button-class.ts';
import { classNames } from './class-names.ts';

/** A link that looks like a button. */
export function LinkButton({ variant, size, className, ...props }: ButtonLook & ComponentProps<typeof Link>) {
  return <Link {...props} className={classNames(buttonClass({ variant, size }), className)} />;
}
