import type { ComponentProps } from 'react';
import { buttonClass, type ButtonLook } from './button-class.ts';
import { classNames } from './class-names.ts';

interface InvokerCommand {
  command?: 'show-modal' | 'close' | 'request-close';
  commandfor?: string;
}

/** A button; its default type is button. `command` and `commandfor` open and close a Dialog. */
export function Button({
  variant,
  size,
  className,
  ...props
}: ButtonLook & InvokerCommand & ComponentProps<'button'>) {
  return (
    <button type="button" {...props} className={classNames(buttonClass({ variant, size }), className)} />
  );
}
