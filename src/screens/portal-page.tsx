import { headers } from 'next/headers';
import { forbidden, notFound, redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { ForbiddenError, NotFoundError, UnauthenticatedError, UnavailableError } from '#domain/errors.ts';
import { signInPath } from '#http/paths.ts';
import { pathHeader } from '#http/path-header.ts';
import { UnavailableState } from './unavailable-state.tsx';

/**
 * A page whose verbs may throw typed errors: no session leads to sign-in, too few rights to the 403 page, nothing found to
 * the 404 page, and a database that is away to a state that says so (Next would hide the error from error.tsx). Anything
 * else is a defect and goes to error.tsx. Only what the page function itself awaits is covered: read there, not in
 * components below.
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

/** What a page or layout shows for a typed error; everything else is thrown again. */
export async function answerPageError(error: unknown): Promise<ReactNode> {
  if (error instanceof UnauthenticatedError) redirect(signInPath((await headers()).get(pathHeader)));
  if (error instanceof ForbiddenError) forbidden();
  if (error instanceof NotFoundError) notFound();
  if (error instanceof UnavailableError) return <UnavailableState />;
  throw error;
}
