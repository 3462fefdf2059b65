import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '#domain/plugin/manifest.ts';
import { builtInPlugins } from './index.ts';

const at = { now: new Date('2026-11-21T00:00:00Z'), defaultTimeZone: 'Asia/Tokyo' };
const folder = import.meta.dirname;

// The contract that every built-in plugin must keep; a new one is tested as soon as it has its line in the registry.
describe.each(Object.entries(builtInPlugins))('built-in plugin %s', (id, plugin) => {
  const readManifest = async () => {
    const parsed = parseManifest((await plugin.manifest()).default, at);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    return parsed.manifest;
  };

  it('has a correct manifest of its own id in a folder of that name', async () => {
    const manifest = await readManifest();
    expect(manifest.id).toBe(id);
    expect(manifest.kind).toBe('built_in');
    expect(fs.existsSync(path.join(folder, id, 'plugin.json'))).toBe(true);
  });

  it('is named in both languages, its jobs and their fields too', async () => {
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

  it('reads no environment and no network of its own: both come in through the context', () => {
    for (const file of fs.readdirSync(path.join(folder, id))) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
      const text = fs.readFileSync(path.join(folder, id, file), 'utf8');
      expect(text).not.toMatch(/process\.env|node:https?['"]|node:net['"]|from 'undici'|globalThis\.fetch/);
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
