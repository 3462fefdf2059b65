'use client';

import { useFormStatus } from 'react-dom';
import { classNames } from './class-names.ts';

/**
 * A switch that submits its form, whose action changes the setting. It shows the new state as soon as it is pressed.
 * @param label what is switched, for screen readers
 */
export function SwitchButton({
  isOn,
  label,
  onText,
  offText,
}: {
  isOn: boolean;
  label: string;
  onText: string;
  offText: string;
}) {
  const { pending } = useFormStatus();
  const isShownOn = pending ? !isOn : isOn;
  return (
    <button
      type="submit"
      role="switch"
      aria-checked={isShownOn}
      aria-label={label}
      aria-busy={pending || undefined}
      onClick={pending ? (event) => event.preventDefault() : undefined}
      className="group/switch inline-flex min-h-8 items-center gap-2 rounded-md text-[0.8125rem] whitespace-nowrap max-md:min-h-10"
    >
      <span
        aria-hidden="true"
        className={classNames(
          'relative h-5 w-9 shrink-0 rounded-full border transition-colors',
          isShownOn ? 'border-accent bg-accent' : 'border-line-strong bg-hover',
        )}
      >
        <span
          className={classNames(
            'absolute top-1/2 size-3.5 -translate-y-1/2 rounded-full transition-[inset-inline-start]',
            isShownOn ? 'start-[1.125rem] bg-accent-ink' : 'start-0.5 bg-line-strong',
          )}
        />
      </span>
      <span aria-hidden="true" className={isShownOn ? 'text-ink' : 'text-ink-muted'}>
        {isShownOn ? onText : offText}
      </span>
    </button>
  );
}
