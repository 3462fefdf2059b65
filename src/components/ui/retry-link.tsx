import type { ReactNode } from 'react';
import { buttonClass } from './button-class.ts';

/** Asks for the same page again, also where JavaScript has not loaded. */
export function RetryLink({ children }: { children: ReactNode }) {
  return (
    // An empty address is this page with its query.
    <a href="" className={buttonClass()}>
      {children}
    </a>
  );
}
