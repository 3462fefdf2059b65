'use client';

import { usePathname, useRouter } from 'next/navigation';
import { type ReactNode, useEffect, useRef, useState, useTransition } from 'react';
import type { ChangeSource } from '#data/clients/changes.ts';
import { askBadge, isLivePage, pollDelayMs, titleWithCount } from '#features/job-status/badge-poll.ts';

/** Keeps the number in the page's title, which Next rewrites on every navigation. */
function useTitleCount(count: number): void {
  useEffect(() => {
    const write = () => {
      const title = titleWithCount(document.title, count);
      if (document.title !== title) document.title = title;
    };
    write();
    const observer = new MutationObserver(write);
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => observer.disconnect();
  }, [count]);
}

/** Puts a red dot on the favicon while a job fails. The favicon's link may appear after this component. */
function useIconDot(hasFailing: boolean): void {
  useEffect(() => {
    if (!hasFailing) return;
    let marked: HTMLLinkElement | null = null;
    let plain = '';
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = 64;
      const context = canvas.getContext('2d');
      if (!context || !marked) return;
      context.drawImage(image, 0, 0, 64, 64);
      context.beginPath();
      context.arc(46, 18, 18, 0, 7);
      context.fillStyle = '#d92d20';
      context.fill();
      marked.removeAttribute('type');
      marked.href = canvas.toDataURL();
    };
    const mark = () => {
      const icon = document.querySelector<HTMLLinkElement>('link[rel~="icon"]');
      if (!icon || icon.href.startsWith('data:')) return;
      marked = icon;
      plain = icon.href;
      image.src = plain;
    };
    mark();
    const observer = new MutationObserver(mark);
    observer.observe(document.head, { childList: true, subtree: true, attributeFilter: ['href'] });
    return () => {
      observer.disconnect();
      image.onload = null;
      if (marked) marked.href = plain;
    };
  }, [hasFailing]);
}

/**
 * Shows the number of failing jobs. Polls for changes, refreshes live pages when something changed, and shows when the
 * number is unknown instead of an old one.
 */
export function LiveBadge({
  initial,
  label,
  lostLabel,
  lostWord,
  lostIcon,
  changeSource,
}: {
  /** Null if the database was unavailable. */
  initial: { failingCount: number; etag: string } | null;
  label: string;
  lostLabel: string;
  /** The same in one word. */
  lostWord: string;
  lostIcon: ReactNode;
  /** The Realtime channel for changes; null to poll only. */
  changeSource: ChangeSource | null;
}) {
  const router = useRouter();
  const pathname = usePathname();
  const [count, setCount] = useState(initial?.failingCount ?? 0);
  const [isLost, setLost] = useState(initial === null);
  const [etag, setEtag] = useState(initial?.etag ?? null);
  const [isRefreshing, startTransition] = useTransition();
  // The version that each page showed when it was last read: the back button restores pages from the browser's cache.
  const seen = useRef(new Map<string, string | null>());

  useEffect(() => {
    if (!isLivePage(pathname) || isRefreshing) return;
    const isOld = seen.current.has(pathname) && seen.current.get(pathname) !== etag;
    seen.current.set(pathname, etag);
    if (isOld) startTransition(() => router.refresh());
  }, [pathname, etag, isRefreshing, router]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let known = initial?.etag ?? null;
    let isAsking = false;
    let isStopped = false;
    let isTold = false;
    let isAskedAgain = false;
    let stopListening: (() => void) | undefined;
    const delayMs = () => pollDelayMs({ isVisible: !document.hidden, isTold, failures });

    async function ask() {
      if (isStopped) return;
      // A change during a request may be missing from its response.
      if (isAsking) return void (isAskedAgain = true);
      isAsking = true;
      clearTimeout(timer);
      const answer = await askBadge(known);
      isAsking = false;
      if (isStopped) return;
      const isAnswered = answer.kind === 'changed' || answer.kind === 'same';
      failures = isAnswered ? 0 : failures + 1;
      setLost(!isAnswered);
      if (answer.kind === 'changed') {
        known = answer.etag;
        setCount(answer.failingCount);
        setEtag(answer.etag);
      }
      // The refreshed page redirects to sign-in.
      if (answer.kind === 'signedOut' && failures === 1) router.refresh();
      const isDue = isAskedAgain && isAnswered;
      isAskedAgain = false;
      timer = setTimeout(() => void ask(), isDue ? 250 : delayMs());
    }
    const askIfVisible = () => {
      if (!document.hidden) void ask();
    };

    async function listen(source: ChangeSource) {
      const { listenForChanges } = await import('#data/clients/changes.ts');
      stopListening = await listenForChanges(source, {
        change: () => void ask(),
        state: (isListening) => {
          if (isStopped) return;
          isTold = isListening;
          // Catches up on changes from before the subscription.
          void ask();
        },
      });
      if (isStopped) stopListening();
    }

    timer = setTimeout(() => void ask(), delayMs());
    // Without Realtime, polling is enough.
    if (changeSource) listen(changeSource).catch(() => {});
    document.addEventListener('visibilitychange', askIfVisible);
    window.addEventListener('online', askIfVisible);
    return () => {
      isStopped = true;
      stopListening?.();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', askIfVisible);
      window.removeEventListener('online', askIfVisible);
    };
    // Only the first value starts the polling; later values come from it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [router]);

  const shown = isLost ? 0 : count;
  useTitleCount(shown);
  useIconDot(shown > 0);

  return (
    <span role="status">
      {isLost ? (
        <span title={lostLabel} className="inline-flex items-center gap-1 text-xs text-warning">
          {lostIcon}
          <span aria-hidden="true" className="max-md:hidden">
            {lostWord}
          </span>
          <span className="sr-only">{lostLabel}</span>
        </span>
      ) : count > 0 ? (
        <span className="rounded-full bg-danger-solid px-1.5 text-xs leading-5 font-semibold text-danger-solid-ink">
          <span className="sr-only">{label}</span>
          {count > 9999 ? '9999+' : count}
        </span>
      ) : null}
    </span>
  );
}
