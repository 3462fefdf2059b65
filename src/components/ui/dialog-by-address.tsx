'use client';

import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent, useLayoutEffect, useRef } from 'react';

/**
 * Makes a dialog that the server has opened modal, which only a script can. Escape and a click outside lead to the address
 * without it, and the focus goes back to the link that opened it.
 */
export function DialogByAddress({ id, closedHref }: { id: string; closedHref: Route }) {
  const router = useRouter();
  const opener = useRef<Element>(null);
  const leave = useEffectEvent(() => router.replace(closedHref, { scroll: false }));

  useLayoutEffect(() => {
    const dialog = document.getElementById(id);
    if (!(dialog instanceof HTMLDialogElement)) return;
    opener.current = document.activeElement;
    // Not close(), whose event would lead away.
    dialog.open = false;
    dialog.showModal();
    const handleClose = () => leave();
    dialog.addEventListener('close', handleClose);
    return () => dialog.removeEventListener('close', handleClose);
  }, [id]);

  // An effect of its own, because only after the dialog has gone can what lay behind it be focused.
  useEffect(
    () => () => {
      if (opener.current instanceof HTMLElement) opener.current.focus();
    },
    [],
  );

  return null;
}
