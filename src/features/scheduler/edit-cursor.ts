import { unwrap } from '#data/unwrap.ts';
import { InvalidInputError, NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';

const charactersMax = 4_000;

/**
 * Sets where the next run of a job begins (admins); null begins from the start. A run that is under way overwrites it with its
 * success [rule 28: cursor]. Leaves an audit row with the cursor before and after.
 * @throws NotFoundError, InvalidInputError (cursor), ForbiddenError
 */
export async function editCursor(
  actor: AdminActor,
  { jobId, cursor }: { jobId: string; cursor: string | null },
): Promise<void> {
  if (cursor !== null && cursor.length > charactersMax) {
    throw new InvalidInputError('The cursor is wrong', [
      { field: 'cursor', problem: `must be at most ${charactersMax} characters` },
    ]);
  }
  const { client, tenantId } = actor;
  const changed = unwrap(
    await client
      .from('jobs')
      .update({ cursor })
      .eq('tenant_id', tenantId)
      .eq('id', jobId)
      .eq('kind', 'plugin')
      .select('id'),
  );
  if (changed.length === 0) throw new NotFoundError('Job not found');
}
