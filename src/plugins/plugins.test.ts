import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { OwnError, OwnMessage } from '#domain/message.ts';
import { parseManifest } from '#domain/plugin/manifest.ts';
import type { PortalHealth } from '#domain/portal-health.ts';
import { portalSentences } from '#domain/portal-messages.ts';
import type { RunContext } from './contract.ts';
import { builtInPlugins } from './index.ts';

const at = { now: new Date('2026-11-21T00:00:00Z'), defaultTimeZone: 'Asia/Tokyo' };
const folder = import.meta.dirname;
const placeholdersIn = (text: string) => [...text.matchAll(/\{(\w+)/g)].map(([, name]) => name).sort();

// Every built-in plugin must fulfill this contract; a new one is tested as soon as it is in the registry.
describe.each(Object.entries(builtInPlugins))('built-in plugin %s', (id, plugin) => {
  const readManifest = async () => {
    const parsed = parseManifest((await plugin.manifest()).default, at);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    return parsed.manifest;
  };

  it("has a valid manifest, with the folder's name as its id", async () => {
    const manifest = await readManifest();
    expect(manifest.id).toBe(id);
    expect(manifest.kind).toBe('built_in');
    expect(fs.existsSync(path.join(folder, id, 'plugin.json'))).toBe(true);
  });

  it('has names in both languages, also for its jobs and their fields', async () => {
    const manifest = await readManifest();
    const texts = [manifest.name, ...manifest.jobs.map((job) => job.title)];
    const fields = manifest.jobs.flatMap((job) => Object.values(job.payloadSchema?.properties ?? {}));
    texts.push(...fields.map((field) => field.title ?? ''));
    for (const text of texts) expect(text).toEqual({ ja: expect.any(String), en: expect.any(String) });
  });

  it('has a handler for every job, and none without a job', async () => {
    const manifest = await readManifest();
    const { handlers } = await plugin.load();
    const wanted = manifest.jobs.map((job) => (job.target.kind === 'handler' ? job.target.handler : ''));
    expect(Object.keys(handlers).sort()).toEqual([...new Set(wanted)].sort());
    for (const handler of Object.values(handlers)) expect(handler).toBeTypeOf('function');
  });

  it('has codes that the portal does not use, and the same values in both languages', () => {
    expect(Object.keys(portalSentences)).not.toContain(id);
    for (const [name, { en, ja }] of Object.entries(plugin.sentences ?? {})) {
      expect([name, placeholdersIn(ja)]).toEqual([name, placeholdersIn(en)]);
    }
  });
});

it('has every plugin folder in the registry', () => {
  const folders = fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  expect(Object.keys(builtInPlugins).sort()).toEqual(folders.sort());
});

it("gives every self-check message a code, which screens show in the reader's language", async () => {
  const { handlers } = (await builtInPlugins['self-check']?.load()) ?? { handlers: {} };
  const said: unknown[] = [];
  const check = (health: Partial<PortalHealth>, oldestWaitingSeconds = 0) =>
    handlers.check?.({
      payload: { databaseMsMax: 100, queueSecondsMax: 60, schedulerSecondsMax: 60, diskFreePercentMin: 0 },
      log: () => {},
      progress: ({ note }) => said.push(note),
      readPortalHealth: () =>
        Promise.resolve({
          databaseMs: 1,
          queue: { waitingCount: 0, runningCount: 1, oldestWaitingSeconds },
          lastTickAt: '2026-11-28T00:00:00.000Z',
          tickAgeSeconds: 1,
          workers: [{ name: 'one', ageSeconds: 1 }],
          ...health,
        }),
    } as Partial<RunContext> as RunContext);
  const outcomes = [
    await check({}),
    await check({ databaseMs: 2_000, tickAgeSeconds: 70 }, 90),
    await check({ tickAgeSeconds: null }),
  ];
  for (const outcome of outcomes) {
    if (outcome?.kind === 'success') said.push(outcome.message);
    if (outcome?.kind === 'failed' && outcome.error instanceof OwnError) said.push(outcome.error.said);
  }
  expect(said).toHaveLength(3 * 4 + 3);
  for (const message of said) expect(message).toBeInstanceOf(OwnMessage);
});
