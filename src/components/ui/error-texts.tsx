'use client';

import { createContext, type ReactNode, useContext } from 'react';

export interface ErrorTexts {
  title: string;
  body: string;
  referenceLabel: string;
  retry: string;
}

const ErrorTextsContext = createContext<ErrorTexts | null>(null);

/** Error boundaries run in the browser, which has no messages: the root layout passes them these four texts. */
export function ErrorTextsProvider({ texts, children }: { texts: ErrorTexts; children: ReactNode }) {
  return <ErrorTextsContext value={texts}>{children}</ErrorTextsContext>;
}

export function useErrorTexts(): ErrorTexts | null {
  return useContext(ErrorTextsContext);
}
