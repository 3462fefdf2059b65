'use client';

import { useFormState } from './action-form.tsx';
import { CopyTrigger } from './copy-trigger.tsx';

/**
 * The client part of CodeBlock. Replaces a placeholder with the secret that the surrounding form's action returned; until
 * then the page does not contain the secret.
 */
export function CodeText({
  code,
  secretPlaceholder,
  label,
  copyLabel,
  copiedText,
  copyWord,
}: {
  code: string;
  secretPlaceholder?: string;
  label: string;
  copyLabel: string;
  copiedText: string;
  copyWord: string;
}) {
  const data = useFormState()?.data;
  const secret = typeof data === 'object' && data !== null && 'secret' in data ? String(data.secret) : null;
  const text =
    secret === null || !secretPlaceholder ? code : code.replaceAll(secretPlaceholder, () => secret);
  return (
    <div className="rounded-md border border-line bg-sunken">
      <div className="flex items-center justify-between gap-3 border-b border-line py-0.5 ps-3 pe-1 text-xs text-ink-muted">
        <span>{label}</span>
        <CopyTrigger text={text} label={copyLabel} copyWord={copyWord} copiedText={copiedText} showWord />
      </div>
      <pre
        tabIndex={0}
        className="overflow-x-auto p-3 font-mono text-[0.8125rem] leading-relaxed wrap-anywhere whitespace-pre-wrap"
      >
        <code>{text}</code>
      </pre>
    </div>
  );
}
