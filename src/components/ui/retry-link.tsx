import type { ReactNode } from 'react';
import { buttonClass } from './button-class.ts';

/** Reloads the page, even if JavaScript has not loaded. */
export function RetryLink({ children }: { children: ReactNode }) {
  return (
    // An empty href is this page with its query.
    <a href="" className={buttonClass()}>
      {children}
    </a>
  );
}
