'use client';

import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { type FormEvent, Fragment, type ReactNode, useEffect, useRef, useState, useTransition } from 'react';

const typingPauseMs = 300;

/**
 * A form that filters a list through its URL. It submits after a pause in typing, and at once after a choice. Until
 * JavaScript has loaded it is a normal GET form with a button.
 * @param query what the page shows now; if something else changes it (a link, the back button), the fields reset to their
 * default values
 */
export function AutoSubmitForm({
  action,
  query,
  label,
  className,
  children,
}: {
  action: Route;
  query: Readonly<Record<string, string | null>>;
  label: string;
  className?: string;
  children: ReactNode;
}) {
  const applied = new URLSearchParams(
    Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1])),
  ).toString();
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [sent, setSent] = useState<string[]>([]);
  const [shown, setShown] = useState(applied);
  const [generation, setGeneration] = useState(0);
  if (applied !== shown) {
    setShown(applied);
    if (!sent.includes(applied)) setGeneration(generation + 1);
  }
  useEffect(() => () => clearTimeout(timer.current), []);

  function sendSoon(event: FormEvent<HTMLFormElement>) {
    // While an input method is composing text, wait for its end, which is a separate event.
    if (event.nativeEvent instanceof InputEvent && event.nativeEvent.isComposing) return;
    const form = event.currentTarget;
    clearTimeout(timer.current);
    timer.current = setTimeout(
      () => form.requestSubmit(),
      event.target instanceof HTMLSelectElement ? 0 : typingPauseMs,
    );
  }

  function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    clearTimeout(timer.current);
    const given = new URLSearchParams();
    for (const [name, value] of new FormData(event.currentTarget)) {
      if (typeof value === 'string' && value.trim() !== '') given.set(name, value.trim());
    }
    const search = given.toString();
    setSent([...sent.slice(-20), search]);
    startTransition(() => {
      router.replace(search === '' ? action : `${action}?${search}`, { scroll: false });
    });
  }

  return (
    <form
      role="search"
      aria-label={label}
      aria-busy={isPending || undefined}
      action={action}
      className={className}
      onInput={sendSoon}
      onCompositionEnd={sendSoon}
      onSubmit={send}
    >
      <Fragment key={generation}>{children}</Fragment>
    </form>
  );
}
