import type { TestProject } from 'vitest/node';
import { startTestSupabases, type TestSupabase } from '#testing/database/start-supabase.ts';

declare module 'vitest' {
  interface ProvidedContext {
    supabases: TestSupabase[];
  }
}

/** Starts one Supabase for each file that runs at the same time; files that share one have a tenant each. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Vitest shuts down cleanly on other signals; this one, from a closed terminal, would leave the database running.
  process.once('SIGHUP', () => process.exit(1));
  const { supabases, stop } = await startTestSupabases(Number(project.config.maxWorkers));
  project.provide('supabases', supabases);
  return stop;
}
