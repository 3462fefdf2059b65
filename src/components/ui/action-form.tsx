'use client';

import { createContext, type ReactNode, useActionState, useContext, useEffect, useRef } from 'react';
import { classNames } from './class-names.ts';

/** What an action answers (made by defineAction in #features/kit): texts are translated on the server already. */
export interface ActionState<Data = unknown> {
  ok: boolean;
  /** Which kind of refusal, for tests and for forms that treat one specially. */
  code?: string;
  message?: string;
  fieldErrors?: Record<string, string>;
  /** What was entered, to fill the form again after a refusal; never passwords. */
  values?: Record<string, string>;
  data?: Data;
}

export type FormAction<Data = unknown> = (
  previous: ActionState<Data> | undefined,
  form: FormData,
) => Promise<ActionState<Data>>;

const FormStateContext = createContext<ActionState | undefined>(undefined);

/** State of the surrounding ActionForm, for fields and results inside it. */
export function useFormState(): ActionState | undefined {
  return useContext(FormStateContext);
}

/**
 * A form around a server action. It works before JavaScript has loaded. A refusal is shown above the fields, a success as a
 * status below them; inside a dialog, success closes it unless `keepOpen` says that there is something to read.
 */
export function ActionForm<Data>({
  action,
  children,
  className,
  keepOpen = false,
}: {
  action: FormAction<Data>;
  children: ReactNode;
  className?: string;
  keepOpen?: boolean;
}) {
  const [state, formAction] = useActionState(action, undefined);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    if (state?.ok && !keepOpen) form.current?.closest('dialog')?.close();
    if (state && !state.ok) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [state, keepOpen]);

  return (
    <FormStateContext value={state}>
      <form ref={form} action={formAction} className={classNames('space-y-4', className)}>
        {state && !state.ok && state.message ? (
          <p
            role="alert"
            className="rounded-md border border-danger/40 bg-danger-soft px-3 py-2 text-sm text-danger"
          >
            {state.message}
          </p>
        ) : null}
        {children}
        <div role="status" className={state?.ok && state.message ? 'text-sm text-success' : 'sr-only'}>
          {state?.ok ? state.message : null}
        </div>
      </form>
    </FormStateContext>
  );
}
