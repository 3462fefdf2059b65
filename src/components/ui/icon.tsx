import type { IconNode } from 'lucide';
import { createElement } from 'react';

/** A lucide icon drawn on the server. It is decoration: what it stands next to, or an aria-label, says it in words. */
export function Icon({ node, className = 'size-4' }: { node: IconNode; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={`shrink-0 ${className}`}
    >
      {node.map(([tag, attributes], index) => createElement(tag, { key: index, ...attributes }))}
    </svg>
  );
}
