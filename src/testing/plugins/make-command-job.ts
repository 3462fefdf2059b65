import type { CommandProgram } from './command-programs.ts';
import { makePluginJob, type TestPluginJob } from './make-plugin-job.ts';

/** Creates a job that runs a program, and returns its id. */
export async function makeCommandJob(
  tenantId: string,
  { program, args }: Pick<CommandProgram, 'program' | 'args'>,
  job: Partial<TestPluginJob> = {},
): Promise<string> {
  const { jobId } = await makePluginJob(tenantId, {
    pluginKey: 'command',
    name: 'run',
    payload: { program, arguments: args },
    ...job,
  });
  return jobId;
}
