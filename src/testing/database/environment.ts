import { ownSupabase } from '#testing/database/own-supabase.ts';
import { supabaseVariables } from '#testing/database/variables.ts';

// The variables that the code under test reads, set before a test file imports it.
Object.assign(process.env, supabaseVariables(ownSupabase));
