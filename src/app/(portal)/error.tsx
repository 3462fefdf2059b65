'use client';

import { buttonClass } from '#components/ui/button-class.ts';
import { ErrorState } from '#components/ui/error-state.tsx';
import { useErrorTexts } from '#components/ui/error-texts.tsx';

/** For defects only: portalPage handles expected errors. */
export default function PortalError({ error, retry }: { error: unknown; retry: () => void }) {
  const texts = useErrorTexts();
  const digest = error instanceof Error && 'digest' in error ? String(error.digest) : undefined;
  return (
    <ErrorState
      title={texts?.title}
      reference={digest ? [texts?.referenceLabel, digest].join(': ') : undefined}
      action={
        <button type="button" className={buttonClass()} onClick={() => retry()}>
          {texts?.retry}
        </button>
      }
    >
      <p>{texts?.body}</p>
    </ErrorState>
  );
}
