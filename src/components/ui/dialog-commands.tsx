'use client';

import { useEffect } from 'react';

function runCommand(event: MouseEvent) {
  const button = event.target instanceof Element ? event.target.closest('button[commandfor]') : null;
  const dialog = document.getElementById(button?.getAttribute('commandfor') ?? '');
  if (!(dialog instanceof HTMLDialogElement)) return;
  if (button?.getAttribute('command') !== 'show-modal') return dialog.close();
  dialog.dispatchEvent(new Event('command'));
  dialog.showModal();
}

/** Opens and closes dialogs in browsers without the `command` attribute (before 2026). */
export function DialogCommands() {
  useEffect(() => {
    if ('command' in HTMLButtonElement.prototype) return;
    document.addEventListener('click', runCommand);
    return () => document.removeEventListener('click', runCommand);
  }, []);
  return null;
}
