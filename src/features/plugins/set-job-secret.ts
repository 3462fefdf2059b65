import { z } from 'zod';
import { limits } from '#domain/limits.ts';
import { secretNamePattern } from '#domain/plugin/secret-name.ts';
import { unwrap, unwrapMaybe } from '#data/unwrap.ts';
import { InvalidInputError, NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';

/**
 * Sets the value of `{{secret.name}}` in a job's payload; null deletes it. It can never be read again.
 * @throws ForbiddenError, NotFoundError, InvalidInputError
 */
export async function setJobSecret(
  { client, tenantId }: AdminActor,
  jobId: string,
  { name, value }: { name: string; value: string | null },
): Promise<void> {
  const limit = limits.jobSecrets;
  if (!secretNamePattern.test(name) || name.length > limit.name.max) {
    throw new InvalidInputError('The name is invalid', [
      { field: 'name', problem: `must be at most ${limit.name.max} lowercase letters, digits and _` },
    ]);
  }
  if (value !== null && (value.length < limit.value.min || value.length > limit.value.max)) {
    throw new InvalidInputError('The value is invalid', [
      { field: 'value', problem: `must have ${limit.value.min} to ${limit.value.max} characters` },
    ]);
  }
  if (!z.guid().safeParse(jobId).success) throw new NotFoundError('Job not found');
  unwrap(await client.from('jobs').select('id').eq('tenant_id', tenantId).eq('id', jobId).single());
  unwrapMaybe(
    await client.rpc('set_job_secret', {
      p_job_id: jobId,
      p_name: name,
      // The generated types do not allow null as an argument.
      p_value: value as string,
    }),
  );
}
