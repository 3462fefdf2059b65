import type { LucideIcon, LucideIconData } from 'lucide-react';
import type { ReactElement } from 'react';

/** The shapes that a lucide-react component would draw in the browser. */
function shapesOf(icon: LucideIcon): LucideIconData['node'] {
  const { render } = icon as unknown as { render: (props: object) => ReactElement<{ icon: LucideIconData }> };
  return render({}).props.icon.node;
}

/**
 * As text, because React streams a large page in pieces and hides parts of an SVG with an inline style, which the policy
 * forbids.
 */
export function markupOf(icon: LucideIcon): string {
  return shapesOf(icon)
    .map(([tag, attributes]) => {
      const written = Object.entries(attributes)
        .filter(([name]) => name !== 'key')
        .map(([name, value]) => ` ${name}="${String(value)}"`);
      return `<${tag}${written.join('')}/>`;
    })
    .join('');
}

/** An icon drawn on the server. It is decoration: the text next to it or an aria-label gives its meaning. */
export function Icon({ icon, className = 'size-4' }: { icon: LucideIcon; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      aria-hidden="true"
      className={`icon ${className}`}
      // Shapes from the library; they never contain user input.
      dangerouslySetInnerHTML={{ __html: markupOf(icon) }}
    />
  );
}
