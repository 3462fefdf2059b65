import { expect, it } from 'vitest';
import { sql } from '#testing/database/clients.ts';

/** Calls the scheduler of a database that has Vault and pg_net, and returns what it sends. */
async function callWith(url: string, secret: string): Promise<unknown[]> {
  const sent: unknown[] = [];
  const undo = new Error('undo');
  await sql
    .begin(async (tx) => {
      await tx`create schema vault`;
      await tx`create table vault.decrypted_secrets (name text, decrypted_secret text)`;
      await tx`insert into vault.decrypted_secrets values ('tc_portal_url', ${url}), ('tc_portal_cron_secret', ${secret})`;
      await tx`create schema net`;
      await tx`create table net.sent (url text, headers jsonb)`;
      await tx.unsafe(`
        create function net.http_post(url text, body jsonb, headers jsonb, timeout_milliseconds integer) returns bigint
        language sql security definer as $$ insert into net.sent values (url, headers) returning 1::bigint $$`);
      await tx`select private.call_scheduler()`;
      sent.push(...(await tx`select url, headers ->> 'Authorization' as bearer from net.sent`));
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  return sent;
}

const url = 'https://portal.example.com';

it.each([
  [url, 'secret'],
  [`${url}/\n`, 'secret\n'],
  [` ${url} `, 'secret \r\n'],
  [`"${url}"`, "'secret'"],
  [`\ufeff${url}`, '\ufeffsecret'],
])(
  'pg_cron calls %j with %j without what surrounds them [rule 34: keys and secrets]',
  async (address, secret) => {
    expect(await callWith(address, secret)).toEqual([
      { url: `${url}/api/internal/scheduler`, bearer: 'Bearer secret' },
    ]);
  },
);

it.each([
  ['', 'secret'],
  [url, ' \n'],
])('pg_cron calls nothing with %j and %j', async (address, secret) => {
  expect(await callWith(address, secret)).toEqual([]);
});
