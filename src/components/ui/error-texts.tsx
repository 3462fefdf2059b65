'use client';

import { createContext, type ReactNode, useContext } from 'react';

export interface ErrorTexts {
  title: string;
  body: string;
  referenceLabel: string;
  retry: string;
}

const ErrorTextsContext = createContext<ErrorTexts | null>(null);

/** Error boundaries run in the browser, where no messages are: the root layout hands them these four texts. */
export function ErrorTextsProvider({ texts, children }: { texts: ErrorTexts; children: ReactNode }) {
  return <ErrorTextsContext value={texts}>{children}</ErrorTextsContext>;
}

/** Texts for an error boundary. */
export function useErrorTexts(): ErrorTexts | null {
  return useContext(ErrorTextsContext);
}
