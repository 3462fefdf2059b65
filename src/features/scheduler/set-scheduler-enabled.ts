import { unwrap, unwrapMaybe } from '#data/unwrap.ts';
import { ConflictError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';

/**
 * The global switch of a company's schedules (admins). Off: nothing is started by a schedule, and instants that pass leave their
 * reason in the ledger; what runs, and what people start, goes on [rule 22: switching off].
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
    // Two first switches at once: the other one made the row.
    if (!(error instanceof ConflictError)) throw error;
    await change();
  }
}
