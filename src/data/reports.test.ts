import { createClient } from '@supabase/supabase-js';
import { describe, expect, it } from 'vitest';
import type { Database } from '#data/database.types.ts';
import { findApiKey, recordReports } from '#data/reports.ts';
import { DatabaseError } from '#data/unwrap.ts';
import { UnavailableError } from '#domain/errors.ts';

/** Creates a client whose Data API always returns the same response. */
const clientThatAnswers = (status: number, body: unknown) =>
  createClient<Database>('http://data-api.test', 'key', {
    global: { fetch: async () => new Response(JSON.stringify(body), { status }) },
  });

const never = new AbortController().signal;
const problem = (code: string) => ({ code, message: 'm', details: null, hint: null });

describe('a Data API that cannot record reports now', () => {
  it.each([
    [404, 'PGRST202'],
    [503, 'PGRST001'],
    [500, '57P01'],
    [500, '53300'],
    [500, '40P01'],
    [500, '40001'],
  ])('%i %s: the report can be sent again', async (status, code) => {
    const client = clientThatAnswers(status, problem(code));
    await expect(recordReports(client, [], never)).rejects.toThrow(UnavailableError);
    await expect(findApiKey(client, 'hash', never)).rejects.toThrow(UnavailableError);
  });

  it('400 22P02: a bug, which sending again does not fix', async () => {
    await expect(recordReports(clientThatAnswers(400, problem('22P02')), [], never)).rejects.toThrow(
      DatabaseError,
    );
  });
});
