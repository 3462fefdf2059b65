import { startPortal } from '#testing/portal/start-portal.ts';
import { portalVariable, type PortalFacts } from './portal-facts.ts';

/** Starts the portal that browser tests share; each test uses its own company. */
export default async function startOnePortal(): Promise<() => Promise<void>> {
  // The hosts on which the tests' plugins listen.
  const portal = await startPortal({ environment: { TC_PORTAL_ALLOWED_HOSTS: '127.0.0.1' } });
  const { url, folder, secrets, email, password } = portal;
  const facts: PortalFacts = { url, folder, secrets, email, password, output: portal.output() };
  // Workers inherit the environment of this process.
  process.env[portalVariable] = JSON.stringify(facts);
  return () => portal.delete();
}
