'use client';

import { useSyncExternalStore } from 'react';
import { formatRelativeTime } from './format-time.ts';

const tickMilliseconds = 15_000;
const listeners = new Set<() => void>();
let tick = 0;
let timer: ReturnType<typeof setInterval> | undefined;

// One timer for all times on the page.
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    tick += 1;
    for (const notify of listeners) notify();
  }, tickMilliseconds);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** A time as formatted by the server (timeWriter in relative-time.tsx). */
export interface WrittenTime {
  at: string;
  title: string;
  initialText: string;
}

/** The client part of RelativeTime. Its first text is the server's, so hydration matches. */
export function LiveRelativeTime({
  at,
  locale,
  title,
  initialText,
  className,
}: WrittenTime & { locale: string; className?: string }) {
  const text = useSyncExternalStore(
    subscribe,
    () => (tick === 0 ? initialText : formatRelativeTime(new Date(at), new Date(), locale)),
    () => initialText,
  );
  return (
    <time dateTime={at} title={title} className={className}>
      {text}
    </time>
  );
}
