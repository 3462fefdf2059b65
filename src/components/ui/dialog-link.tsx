import type { ComponentProps } from 'react';
import { LinkButton } from './link-button.tsx';

/** Opens a dialog by its URL, from a row of a list. The dialog is loaded only when it is opened. */
export function DialogLink(props: Omit<ComponentProps<typeof LinkButton>, 'prefetch' | 'scroll' | 'size'>) {
  return <LinkButton {...props} prefetch={false} scroll={false} size="sm" />;
}
