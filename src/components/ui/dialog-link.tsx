import type { ComponentProps } from 'react';
import { LinkButton } from './link-button.tsx';

/** Opens a dialog by its address, from a row of a list. Nothing is fetched before somebody asks for it. */
export function DialogLink(props: Omit<ComponentProps<typeof LinkButton>, 'prefetch' | 'scroll' | 'size'>) {
  return <LinkButton {...props} prefetch={false} scroll={false} size="sm" />;
}
