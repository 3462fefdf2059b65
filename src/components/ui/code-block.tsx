import { CopyButton } from './copy-button.tsx';

/** Text to be copied as it is: a command, a script, a key. */
export function CodeBlock({ code, label, copyLabel }: { code: string; label: string; copyLabel: string }) {
  return (
    <div className="rounded-md border border-line bg-sunken">
      <div className="flex items-center justify-between gap-3 border-b border-line py-0.5 ps-3 pe-1 text-xs text-ink-muted">
        <span>{label}</span>
        <CopyButton text={code} label={copyLabel} showWord />
      </div>
      <pre tabIndex={0} className="overflow-x-auto p-3 font-mono text-[0.8125rem] leading-relaxed">
        <code>{code}</code>
      </pre>
    </div>
  );
}
