import type { RequestClient } from '#data/clients/request.ts';
import { ForbiddenError } from '#domain/errors.ts';
import type { MemberRole } from '#domain/member-role.ts';

/**
 * Who acts in a verb or a query: a signed-in person (`CurrentMember` is one), or an API key. A key's client is not held by
 * row level security, so everything that takes an Actor filters by `tenantId` itself.
 */
export interface Actor {
  client: RequestClient;
  tenantId: string;
  role: MemberRole;
  timeZone: string;
  /** Null for an API key. */
  userId: string | null;
  apiKeyId?: string | undefined;
}

/** An actor who may do what admins do. Verbs for admins ask for this type, so that none can be called without the check. */
export type AdminActor = Actor & { role: 'admin' };

/**
 * The one check for what only admins may do. For people row level security says the same once more.
 * @throws ForbiddenError for staff and for keys without scope admin
 */
export function requireAdmin<Who extends Actor>(actor: Who): Who & AdminActor {
  if (!isAdmin(actor)) throw new ForbiddenError('Only admins can do this');
  return actor;
}

function isAdmin<Who extends Actor>(actor: Who): actor is Who & AdminActor {
  return actor.role === 'admin';
}
