import { headers } from 'next/headers';
import { forbidden, notFound, redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { ForbiddenError, NotFoundError, UnauthenticatedError, UnavailableError } from '#domain/errors.ts';
import { signInPath } from '#http/paths.ts';
import { pathHeader } from '#http/path-header.ts';
import { UnavailableState } from './unavailable-state.tsx';

/**
 * Wraps a page whose verbs can throw typed errors. They become sign-in, 403, 404, or a message that the database is
 * unavailable (error.tsx would not get the error from Next). Anything else is a bug and goes to error.tsx. This covers only
 * what the page function itself awaits: read data there, not in components below it.
 */
export function portalPage<Props>(
  render: (props: Props) => Promise<ReactNode>,
): (props: Props) => Promise<ReactNode> {
  return async function PortalPage(props) {
    try {
      return await render(props);
    } catch (error) {
      return answerPageError(error);
    }
  };
}

/** Returns what a page or layout shows for a typed error; throws any other error again. */
export async function answerPageError(error: unknown): Promise<ReactNode> {
  if (error instanceof UnauthenticatedError) redirect(signInPath((await headers()).get(pathHeader)));
  if (error instanceof ForbiddenError) forbidden();
  if (error instanceof NotFoundError) notFound();
  if (error instanceof UnavailableError) return <UnavailableState />;
  throw error;
}
