// @ts-check
// For a hosted Supabase project: creates the first company and its admin. `npm start` does this automatically.
//   node --env-file=.env.hosted scripts/create-first-tenant.mjs "Company name"
import { settingOf } from '../src/domain/setting.ts';
import { createFirstTenant } from '../src/features/tenants/create-first-tenant.ts';

const email = settingOf(process.env.TC_PORTAL_ADMIN_EMAIL);
const password = settingOf(process.env.TC_PORTAL_ADMIN_PASSWORD);
const name = process.argv[2];
if (!email || !password || !name) {
  process.stderr.write(
    'Set TC_PORTAL_ADMIN_EMAIL, TC_PORTAL_ADMIN_PASSWORD, NEXT_PUBLIC_SUPABASE_URL, NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY and ' +
      'SUPABASE_SECRET_KEY, then pass the company name: node scripts/create-first-tenant.mjs "Company name"\n',
  );
  process.exit(1);
}
try {
  await createFirstTenant({ name, email, password });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
process.stdout.write(
  `Ready: sign in as ${email}. If the project requires email confirmation, open the link in the email first.\n`,
);
