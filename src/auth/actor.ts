import type { RequestClient } from '#data/clients/request.ts';
import { ForbiddenError } from '#domain/errors.ts';
import type { MemberRole } from '#domain/member-role.ts';

/**
 * Who acts in a verb or a query: a signed-in user (`CurrentMember`) or an API key. A key's client bypasses row level
 * security, so all code that uses an Actor must filter by `tenantId` itself.
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

/** An actor with the rights of an admin. Verbs for admins require this type, so that none can be called without the check. */
export type AdminActor = Actor & { role: 'admin' };

/**
 * The only check for admin rights. For users, row level security checks again.
 * @throws ForbiddenError for staff and for keys without scope admin
 */
export function requireAdmin<Who extends Actor>(actor: Who): Who & AdminActor {
  if (!isAdmin(actor)) throw new ForbiddenError();
  return actor;
}

function isAdmin<Who extends Actor>(actor: Who): actor is Who & AdminActor {
  return actor.role === 'admin';
}
