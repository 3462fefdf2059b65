import { unwrap, unwrapMaybe } from '#data/unwrap.ts';
import { ConflictError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';

/**
 * Starts or stops all schedules of a company (admins). While they are stopped, no schedule starts a run, and the ledger
 * records why; runs in progress and runs started by hand continue [rule 22: switching off].
 * @throws ForbiddenError
 */
export async function setSchedulerEnabled(
  actor: AdminActor,
  { isEnabled }: { isEnabled: boolean },
): Promise<void> {
  const { client, tenantId } = actor;
  const change = async () =>
    unwrap(
      await client
        .from('scheduler_settings')
        .update({ is_enabled: isEnabled })
        .eq('tenant_id', tenantId)
        .select('tenant_id'),
    );
  if ((await change()).length > 0) return;
  try {
    unwrapMaybe(
      await client.from('scheduler_settings').insert({ tenant_id: tenantId, is_enabled: isEnabled }),
    );
  } catch (error) {
    // Two first calls at the same time: the other one created the row.
    if (!(error instanceof ConflictError)) throw error;
    await change();
  }
}
