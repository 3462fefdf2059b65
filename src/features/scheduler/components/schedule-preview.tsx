'use client';

import { type ReactNode, useEffect, useRef, useState } from 'react';
import { buttonClass } from '#components/ui/button-class.ts';
import { useFormState } from '#components/ui/action-form.tsx';
import type { PreviewAnswer } from '#features/scheduler/actions.ts';

const typingPauseMs = 400;

/** Shows the next instants of the surrounding form's schedule; updates after each pause in typing. */
export function SchedulePreview({
  preview,
  title,
  waiting,
  lost,
  ask,
}: {
  preview: (form: FormData) => Promise<PreviewAnswer>;
  title: string;
  waiting: ReactNode;
  /** Shown if the request failed. */
  lost: string;
  /** The label of the button that previews without JavaScript. */
  ask: string;
}) {
  const place = useRef<HTMLDivElement>(null);
  const state = useFormState();
  const [answer, setAnswer] = useState(
    // The button's preview, from before JavaScript loaded.
    state?.code === 'preview' ? (state.data as PreviewAnswer) : null,
  );
  const [isAsking, setAsking] = useState(false);

  useEffect(() => {
    const form = place.current?.closest('form');
    if (!form) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let newest = 0;

    async function askNow() {
      newest += 1;
      const question = newest;
      setAsking(true);
      const given = await preview(new FormData(form ?? undefined)).catch((): PreviewAnswer => ({
        ok: false,
        problems: [lost],
      }));
      if (question !== newest) return;
      setAnswer(given);
      setAsking(false);
    }
    function askSoon() {
      clearTimeout(timer);
      timer = setTimeout(() => void askNow(), typingPauseMs);
    }

    timer = setTimeout(() => void askNow(), 0);
    form.addEventListener('input', askSoon);
    return () => {
      newest = -1;
      clearTimeout(timer);
      form.removeEventListener('input', askSoon);
    };
  }, [preview, lost]);

  return (
    <div ref={place} aria-busy={isAsking} className="rounded-md border border-line bg-sunken p-4">
      <h2 className="text-xs font-medium text-ink-muted">{title}</h2>
      <div role="status" className="mt-1 min-h-40">
        {answer === null ? (
          <div className="noscript:hidden">{waiting}</div>
        ) : answer.ok ? (
          <>
            <p className="text-base">{answer.words}</p>
            <ol className="mt-2 space-y-1 text-[0.8125rem]">
              {answer.instants.map(({ at, exact, relative, note }) => (
                <li key={at}>
                  <time dateTime={at}>{exact}</time> <span className="text-ink-muted">{relative}</span>
                  {note === null ? null : <span className="block text-xs text-warning">{note}</span>}
                </li>
              ))}
            </ol>
          </>
        ) : (
          <ul className="space-y-1 text-[0.8125rem] text-danger">
            {answer.problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        )}
      </div>
      <noscript>
        <button name="intent" value="preview" className={buttonClass({ size: 'sm' })}>
          {ask}
        </button>
      </noscript>
    </div>
  );
}
