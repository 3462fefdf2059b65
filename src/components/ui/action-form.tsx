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

/** The result of an action (created by defineAction in #forms); its texts are already translated on the server. */
export interface ActionState<Data = unknown> {
  ok: boolean;
  /** The kind of error, for tests and for forms that treat one differently. */
  code?: string;
  message?: string;
  fieldErrors?: Record<string, string>;
  /** The entered values, to fill the form again after an error; never passwords. */
  values?: Record<string, string>;
  data?: Data;
}

export type FormAction<Data = unknown> = (
  previous: ActionState<Data> | undefined,
  form: FormData,
) => Promise<ActionState<Data>>;

const FormStateContext = createContext<ActionState | undefined>(undefined);

/** The state of the surrounding ActionForm, for fields and results inside it. */
export function useFormState(): ActionState | undefined {
  return useContext(FormStateContext);
}

interface ActionFormProps<Data> {
  action: FormAction<Data>;
  children: ReactNode;
  className?: string;
  /** In a dialog: keep it open after success, because it shows a result. */
  keepOpen?: boolean;
}

/**
 * A form for a server action; works before JavaScript has loaded. Errors appear above the fields, success below them as a
 * status. Inside a dialog, success closes it unless `keepOpen` is set. Closing clears everything: entered values, errors and
 * results.
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
    // The close event can arrive late, when the dialog is already open again, so opening clears the form too.
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
