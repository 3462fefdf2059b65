import type { TestProject } from 'vitest/node';
import { startTestSupabase, type TestSupabase } from '#testing/embedded-supabase.ts';

declare module 'vitest' {
  interface ProvidedContext {
    supabase: TestSupabase;
  }
}

/** Brings up one Supabase for all database tests; tests keep apart by having a tenant each. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { supabase, stop } = await startTestSupabase();
  project.provide('supabase', supabase);
  return stop;
}
