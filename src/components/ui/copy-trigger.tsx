'use client';

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { buttonClass } from './button-class.ts';
import { Icon } from './icon.tsx';

async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Browsers offer the clipboard only on https and localhost, but an office portal often uses plain http.
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.className = 'sr-only';
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** The client part of CopyButton. */
export function CopyTrigger({
  text,
  label,
  copyWord,
  copiedText,
  showWord,
}: {
  text: string;
  label: string;
  copyWord: string;
  copiedText: string;
  showWord: boolean;
}) {
  const [isCopied, setCopied] = useState(false);

  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [isCopied]);

  return (
    <>
      <button
        type="button"
        aria-label={label}
        title={label}
        className={buttonClass({ variant: 'ghost', size: 'sm' })}
        onClick={() => void copyText(text).then(() => setCopied(true))}
      >
        {isCopied ? (
          <Icon icon={Check} className="size-3.5 text-success" />
        ) : (
          <Icon icon={Copy} className="size-3.5" />
        )}
        {showWord ? (isCopied ? copiedText : copyWord) : null}
      </button>
      <span role="status" className="sr-only">
        {isCopied ? copiedText : null}
      </span>
    </>
  );
}
