'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useTransition } from 'react';

/** Reloads the page from the server every few seconds while it is visible, never before the last response arrived. */
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
