import type { IconNode } from 'lucide';

/** As text, because React streams a large page in pieces and hides those of an SVG by an inline style, which is forbidden. */
function markupOf(node: IconNode): string {
  return node
    .map(([tag, attributes]) => {
      const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`);
      return `<${tag}${written.join('')}/>`;
    })
    .join('');
}

/** A lucide icon drawn on the server. It is decoration: what it stands next to, or an aria-label, says it in words. */
export function Icon({ node, className = 'size-4' }: { node: IconNode; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      aria-hidden="true"
      className={`icon ${className}`}
      // Shapes of the library, nothing that anybody has entered.
      dangerouslySetInnerHTML={{ __html: markupOf(node) }}
    />
  );
}
