'use client';

import {
  createContext,
  type ReactNode,
  useActionState,
  useContext,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
} from 'react';
import { flushSync } from 'react-dom';
import { classNames } from './class-names.ts';

/** What an action answers (made by defineAction in #forms): texts are translated on the server already. */
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

interface ActionFormProps<Data> {
  action: FormAction<Data>;
  children: ReactNode;
  className?: string;
  /** In a dialog: there is something to read after success. */
  keepOpen?: boolean;
}

/**
 * A form around a server action. It works before JavaScript has loaded. A refusal is shown above the fields, a success as a
 * status below them. Inside a dialog, success closes it unless `keepOpen` is set, and closing it forgets everything: what was
 * entered, refused or answered.
 */
export function ActionForm<Data>(props: ActionFormProps<Data>) {
  const [closeCount, setCloseCount] = useState(0);
  return <FormWithState key={closeCount} {...props} onClose={() => setCloseCount((count) => count + 1)} />;
}

function FormWithState<Data>({
  action,
  children,
  className,
  keepOpen = false,
  onClose,
}: ActionFormProps<Data> & { onClose: () => void }) {
  const [state, formAction] = useActionState(action, undefined);
  const form = useRef<HTMLFormElement>(null);
  const handleClose = useEffectEvent(onClose);

  useEffect(() => {
    const dialog = form.current?.closest('dialog');
    if (!dialog) return;
    // The close event may come late, when the dialog is open again and typed in: opening forgets by itself, at once.
    const forgetClosed = () => {
      if (!dialog.open) flushSync(handleClose);
    };
    dialog.addEventListener('close', forgetClosed);
    dialog.addEventListener('command', forgetClosed);
    return () => {
      dialog.removeEventListener('close', forgetClosed);
      dialog.removeEventListener('command', forgetClosed);
    };
  }, []);

  useEffect(() => {
    if (state?.ok && !keepOpen) form.current?.closest('dialog')?.close();
    if (state && !state.ok) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [state, keepOpen]);

  return (
    <FormStateContext value={state}>
      <form ref={form} action={formAction}>
        <div className={classNames('space-y-4', className)}>
          {state && !state.ok && state.message ? (
            <p
              role="alert"
              className="rounded-md border border-danger/40 bg-danger-soft px-3 py-2 text-sm text-danger"
            >
              {state.message}
            </p>
          ) : null}
          {children}
        </div>
        <div role="status" className={state?.ok && state.message ? 'mt-4 text-sm text-success' : 'sr-only'}>
          {state?.ok ? state.message : null}
        </div>
      </form>
    </FormStateContext>
  );
}
