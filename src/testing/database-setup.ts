import type { TestProject } from 'vitest/node';
import { startTestSupabase, type TestSupabase } from '#testing/embedded-supabase.ts';

declare module 'vitest' {
  interface ProvidedContext {
    supabase: TestSupabase;
  }
}

/** Brings up one Supabase for all database tests; tests keep apart by having a tenant each. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Vitest ends in order on other signals; this one, of a terminal that is closed, would leave the database behind.
  process.once('SIGHUP', () => process.exit(1));
  const { supabase, stop } = await startTestSupabase();
  project.provide('supabase', supabase);
  return stop;
}
