import { inject } from 'vitest';
import type { TestSupabase } from './start-supabase.ts';

function findOwn(): TestSupabase {
  const supabases = inject('supabases');
  const own = supabases[Number(process.env.VITEST_POOL_ID) - 1];
  if (!own)
    throw new Error(`Place ${process.env.VITEST_POOL_ID} has no database: ${supabases.length} were made`);
  return own;
}

/** This file's Supabase, which no other file uses at the same time. */
export const ownSupabase = findOwn();
