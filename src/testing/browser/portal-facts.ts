export const portalVariable = 'TC_PORTAL_UNDER_TEST';

/** What tests know about the portal that start-browser-portal.ts started. */
export interface PortalFacts {
  readonly url: string;
  readonly folder: string;
  /** Every line of its .env.local. */
  readonly secrets: Record<string, string>;
  readonly email: string;
  readonly password: string;
  /** The output until it was ready. */
  readonly output: string;
}
