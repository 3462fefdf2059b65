import { ownSupabase } from '#testing/database/own-supabase.ts';
import { supabaseVariables } from '#testing/database/variables.ts';

// What the verbs read; set before a test file imports them.
Object.assign(process.env, supabaseVariables(ownSupabase));
