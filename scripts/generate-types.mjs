// @ts-check
// Writes src/data/database.types.ts from the migrations, with a temporary database.
import { onCurrentNode } from './prepare.mjs';

await onCurrentNode(async () => {
  const { writeDatabaseTypes } = await import('../src/testing/database/types.ts');
  const { startTestSupabase } = await import('../src/testing/database/start-supabase.ts');
  const { supabase, stop } = await startTestSupabase();
  try {
    await writeDatabaseTypes(supabase.ownerUrl);
    return 0;
  } finally {
    await stop();
  }
});
