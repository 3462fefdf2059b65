'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useTransition } from 'react';

/** Asks the server for the page again every few seconds, while the page is visible; never before the last answer came. */
export function AutoRefresh({ seconds }: { seconds: number }) {
  const router = useRouter();
  const [isRefreshing, startTransition] = useTransition();
  useEffect(() => {
    if (isRefreshing) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') startTransition(() => router.refresh());
    }, seconds * 1000);
    return () => clearInterval(timer);
  }, [router, seconds, isRefreshing]);
  return null;
}
