import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { apiSettings } from '#server/embedded/api-settings.ts';
import { projectFolder } from '#server/settings.ts';
import { generateDatabaseTypes, supabaseCli, typesFile } from '#testing/database/types.ts';
import { ownSupabase } from '#testing/database/own-supabase.ts';

const { ownerUrl } = ownSupabase;

interface Advice {
  readonly name: string;
  readonly detail: string;
  readonly metadata?: { readonly schema?: string };
}

const isAdvice = (value: unknown): value is Advice =>
  typeof value === 'object' && value !== null && 'name' in value && 'detail' in value;

describe('a hosted project', () => {
  test('supabase db push finds no changes after our own start', async () => {
    expect(await supabaseCli(['db', 'push', '--dry-run', `--remote=${ownerUrl}`])).toContain(
      'Remote database is up to date',
    );
  });

  test('the committed types match the migrations (npm run generate-types)', async () => {
    expect(fs.readFileSync(typesFile, 'utf8') === (await generateDatabaseTypes(ownerUrl))).toBe(true);
  });

  test("Supabase's advisors find no problems in our schemas", async () => {
    const args = ['--type', 'all', '--level', 'info', '--output-format', 'json', `--remote=${ownerUrl}`];
    const output = await supabaseCli(['db', 'advisors', ...args]);
    const line = output.split('\n').find((text) => text.startsWith('{')) ?? '';
    const parsed: { results?: unknown } = JSON.parse(line);
    const results = Array.isArray(parsed.results) ? parsed.results.filter(isAdvice) : [];
    const ours = results.filter(
      // No index was used yet in an empty database; the sign-in tables belong to Supabase.
      ({ name, metadata }) =>
        name !== 'unused_index' && !['auth', 'extensions', 'pgmq'].includes(metadata?.schema ?? ''),
    );
    expect(ours.map(({ detail }) => detail)).toEqual([]);
  });

  test('config.toml configures hosted projects like the embedded Supabase', () => {
    const toml = fs.readFileSync(path.join(projectFolder, 'supabase', 'config.toml'), 'utf8');
    const value = (name: string): unknown =>
      JSON.parse(new RegExp(`^${name} = (.*)$`, 'm').exec(toml)?.[1] ?? 'null');
    expect({
      schemas: value('schemas'),
      maxRows: value('max_rows'),
      tokenSeconds: value('jwt_expiry'),
      minimumPasswordLength: value('minimum_password_length'),
      inactivityTimeout: value('inactivity_timeout'),
    }).toEqual({
      schemas: apiSettings.schemas,
      maxRows: apiSettings.maxRows,
      tokenSeconds: apiSettings.tokenSeconds,
      minimumPasswordLength: apiSettings.minimumPasswordLength,
      inactivityTimeout: apiSettings.inactivityTimeout,
    });
  });
});
