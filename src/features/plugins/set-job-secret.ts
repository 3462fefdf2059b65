import { z } from 'zod';
import { unwrap, unwrapMaybe } from '#data/unwrap.ts';
import { InvalidInputError, NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';

/**
 * Sets what `{{secret.name}}` in a job's payload stands for; null deletes it. Nobody can read it again.
 * @throws ForbiddenError, NotFoundError, InvalidInputError
 */
export async function setJobSecret(
  { client, tenantId }: AdminActor,
  jobId: string,
  { name, value }: { name: string; value: string | null },
): Promise<void> {
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(name)) {
    throw new InvalidInputError('The name is wrong', [
      { field: 'name', problem: 'must be at most 64 lowercase letters, digits and _' },
    ]);
  }
  if (value !== null && (value.length < 1 || value.length > 8_000)) {
    throw new InvalidInputError('The value is wrong', [
      { field: 'value', problem: 'must have 1 to 8000 characters' },
    ]);
  }
  if (!z.guid().safeParse(jobId).success) throw new NotFoundError('Job not found');
  unwrap(await client.from('jobs').select('id').eq('tenant_id', tenantId).eq('id', jobId).single());
  unwrapMaybe(
    await client.rpc('set_job_secret', {
      p_job_id: jobId,
      p_name: name,
      // The generated types know no null in an argument.
      p_value: value as string,
    }),
  );
}
