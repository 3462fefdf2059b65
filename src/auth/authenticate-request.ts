import { createApiKeyClient, createServiceClient } from '#data/clients/service.ts';
import { findApiKey, touchApiKey } from '#data/reports.ts';
import { unwrap } from '#data/unwrap.ts';
import { isApiKey } from '#domain/api-key.ts';
import { ForbiddenError, UnauthenticatedError } from '#domain/errors.ts';
import type { Actor } from './actor.ts';
import { requireMember } from './current-member.ts';
import { hashSecret } from './hash-secret.ts';
import { readBearer } from '#http/bearer.ts';
import { readPublicAddress } from '#http/public-origin.ts';

const lookupMsMax = 5_000;
const changingMethods = ['POST', 'PUT', 'PATCH', 'DELETE'];
const touchedAtMs = new Map<string, number>();
const touchedMax = 10_000;

/**
 * Rejects a request that a page of another site made a browser send [contract: who may ask]. Programs send no `Origin`, and a
 * page of another site cannot read our responses anyway.
 * @throws ForbiddenError
 */
export function refuseForeignOrigin(request: Request): void {
  const origin = request.headers.get('origin');
  if (origin === null || !changingMethods.includes(request.method)) return;
  const own = readPublicAddress(request.headers);
  if (!URL.canParse(own) || origin !== new URL(own).origin)
    throw new ForbiddenError('Requests from another origin are refused');
}

async function noteUse(apiKeyId: string): Promise<void> {
  const lastMs = touchedAtMs.get(apiKeyId);
  if (lastMs !== undefined && performance.now() - lastMs < 60_000) return;
  if (touchedAtMs.size >= touchedMax) touchedAtMs.clear();
  touchedAtMs.set(apiKeyId, performance.now());
  await touchApiKey(createServiceClient(), apiKeyId);
}

async function actorOfKey(key: string): Promise<Actor> {
  const found = isApiKey(key)
    ? await findApiKey(createServiceClient(), hashSecret(key), AbortSignal.timeout(lookupMsMax))
    : null;
  if (!found) throw new UnauthenticatedError('Invalid or missing API key');
  const isAdmin = found.scopes.includes('admin');
  if (!isAdmin && !found.scopes.includes('read')) {
    throw new ForbiddenError('This API key needs the scope read or admin');
  }
  const client = createApiKeyClient(found.apiKeyId);
  const [tenant] = await Promise.all([
    client.from('tenants').select('time_zone').eq('id', found.tenantId).single(),
    noteUse(found.apiKeyId),
  ]);
  return {
    client,
    tenantId: found.tenantId,
    role: isAdmin ? 'admin' : 'staff',
    timeZone: unwrap(tenant).time_zone,
    userId: null,
    apiKeyId: found.apiKeyId,
  };
}

/**
 * Returns who makes an API request: the user of the session cookies, or the API key in `Authorization: Bearer` with scope
 * read (as staff) or admin (as an admin of its tenant). A wrong key never falls back to the session.
 * @throws UnauthenticatedError, ForbiddenError (scope or foreign origin), UnavailableError
 */
export async function requireActor(request: Request): Promise<Actor> {
  refuseForeignOrigin(request);
  const key = readBearer(request.headers);
  return key === undefined ? requireMember() : actorOfKey(key);
}
