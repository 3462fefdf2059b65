import type { LucideIcon, LucideIconData } from 'lucide-react';
import type { ReactElement } from 'react';

/** The shapes that a component of lucide-react would draw in the browser. */
function shapesOf(icon: LucideIcon): LucideIconData['node'] {
  const { render } = icon as unknown as { render: (props: object) => ReactElement<{ icon: LucideIconData }> };
  return render({}).props.icon.node;
}

/** As text, because React streams a large page in pieces and hides those of an SVG by an inline style, which is forbidden. */
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

/** An icon drawn on the server. It is decoration: what it stands next to, or an aria-label, says it in words. */
export function Icon({ icon, className = 'size-4' }: { icon: LucideIcon; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      aria-hidden="true"
      className={`icon ${className}`}
      // Shapes of the library, nothing that anybody has entered.
      dangerouslySetInnerHTML={{ __html: markupOf(icon) }}
    />
  );
}
