'use client';

import type { ComponentProps } from 'react';
import { useFormStatus } from 'react-dom';
import { Button } from './button.tsx';
import { Spinner } from './spinner.tsx';

/** A submit button. While the action runs it shows that, does not submit again, and keeps the focus. */
export function SubmitButton({ children, variant = 'primary', ...props }: ComponentProps<typeof Button>) {
  const { pending } = useFormStatus();
  return (
    <Button
      type="submit"
      variant={variant}
      aria-disabled={pending || undefined}
      aria-busy={pending || undefined}
      onClick={pending ? (event) => event.preventDefault() : undefined}
      {...props}
    >
      {pending ? <Spinner /> : null}
      {children}
    </Button>
  );
}
