'use client';

import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent, useLayoutEffect, useRef } from 'react';

/**
 * Makes a dialog modal that the server rendered open, which only a script can do. Escape and a click outside go to the URL
 * without the dialog, and the focus returns to the link that opened it.
 */
export function DialogByAddress({ id, closedHref }: { id: string; closedHref: Route }) {
  const router = useRouter();
  const opener = useRef<Element>(null);
  const leave = useEffectEvent(() => router.replace(closedHref, { scroll: false }));

  useLayoutEffect(() => {
    const dialog = document.getElementById(id);
    if (!(dialog instanceof HTMLDialogElement)) return;
    opener.current = document.activeElement;
    // Not close(), whose event would leave the page.
    dialog.open = false;
    dialog.showModal();
    const handleClose = () => leave();
    dialog.addEventListener('close', handleClose);
    return () => dialog.removeEventListener('close', handleClose);
  }, [id]);

  // A separate effect, because the page behind the dialog can only be focused after the dialog is gone.
  useEffect(
    () => () => {
      if (opener.current instanceof HTMLElement) opener.current.focus();
    },
    [],
  );

  return null;
}
