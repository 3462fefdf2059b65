import { z } from 'zod';
import { limits } from '#domain/limits.ts';
import { unwrap } from '#data/unwrap.ts';
import { NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';

const wholeNumber = ({ min, max }: { min: number; max: number }) => z.int().min(min).max(max);

/** What an admin can change about a plugin; absent fields stay unchanged. */
export const pluginChangeSchema = z.object({
  isEnabled: z.boolean().optional(),
  /** Maximum number of runs of all its jobs at once, across workers; null: no limit. */
  concurrencyLimit: wholeNumber(limits.plugins.concurrencyLimit).nullable().optional(),
});

/**
 * Enables, disables or limits a plugin. Disabled: its runs in progress continue, its waiting runs are canceled with the
 * reason, and no others start [rule 22: switching off].
 * @throws ForbiddenError, NotFoundError
 */
export async function changePlugin(
  { client, tenantId }: AdminActor,
  pluginId: string,
  input: z.input<typeof pluginChangeSchema>,
): Promise<void> {
  if (!z.guid().safeParse(pluginId).success) throw new NotFoundError('Plugin not found');
  const { isEnabled, concurrencyLimit } = pluginChangeSchema.parse(input);
  const rows = unwrap(
    await client
      .from('plugins')
      .update({ is_enabled: isEnabled, concurrency_limit: concurrencyLimit })
      .eq('tenant_id', tenantId)
      .eq('id', pluginId)
      .select('id'),
  );
  if (rows.length === 0) throw new NotFoundError('Plugin not found');
}

/**
 * Deletes a remote plugin with its jobs and their history. A built-in plugin would come back: disable it instead.
 * @throws ForbiddenError, NotFoundError
 */
export async function deleteRemotePlugin({ client, tenantId }: AdminActor, pluginId: string): Promise<void> {
  if (!z.guid().safeParse(pluginId).success) throw new NotFoundError('Plugin not found');
  const rows = unwrap(
    await client
      .from('plugins')
      .delete()
      .eq('tenant_id', tenantId)
      .eq('id', pluginId)
      .eq('kind', 'remote')
      .select('id'),
  );
  if (rows.length === 0) throw new NotFoundError('Plugin not found');
}
