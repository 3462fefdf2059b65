'use client';

import { lazy, type ReactNode, Suspense } from 'react';
import { useFormState } from './action-form.tsx';
import { controlClass } from './input.tsx';

// Loaded only after an action returned a secret: most visits to such a page never show one.
const CopyTrigger = lazy(async () => ({ default: (await import('./copy-trigger.tsx')).CopyTrigger }));

/** Replaces `before` after the action of the surrounding form succeeds. */
export function WhenDone({ children, before = null }: { children: ReactNode; before?: ReactNode }) {
  return useFormState()?.ok ? <div role="status">{children}</div> : before;
}

/** The secret that the action returned (`data.secret`). It is not stored anywhere else and is lost when the page closes. */
export function SecretResult({
  label,
  copyLabel,
  copyWord,
  copiedText,
}: {
  label: string;
  copyLabel: string;
  copyWord: string;
  copiedText: string;
}) {
  const data = useFormState()?.data;
  const secret = typeof data === 'object' && data !== null && 'secret' in data ? String(data.secret) : '';
  return (
    <div className="flex items-center gap-1.5">
      <input
        readOnly
        autoFocus
        aria-label={label}
        value={secret}
        className={`${controlClass} min-w-0 font-mono text-[0.8125rem]`}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Suspense>
        <CopyTrigger text={secret} label={copyLabel} copyWord={copyWord} copiedText={copiedText} showWord />
      </Suspense>
    </div>
  );
}
