import type { TestProject } from 'vitest/node';
import { startTestSupabases, type TestSupabase } from '#testing/database/start-supabase.ts';

declare module 'vitest' {
  interface ProvidedContext {
    supabases: TestSupabase[];
  }
}

/** Brings up one Supabase for each file that runs at a time; the files that follow each other in one have a tenant each. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Vitest ends in order on other signals; this one, of a terminal that is closed, would leave the database behind.
  process.once('SIGHUP', () => process.exit(1));
  const { supabases, stop } = await startTestSupabases(Number(project.config.maxWorkers));
  project.provide('supabases', supabases);
  return stop;
}
