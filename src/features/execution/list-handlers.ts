import { parseManifest } from '#domain/plugin/manifest.ts';
import type { BuiltInPlugin } from '#plugins/contract.ts';

/** The jobs of built-in plugins that a process can run, by plugin. */
export type Handlers = Record<string, string[]>;

/**
 * Lists what a worker with these plugins can run, so that it leaves other runs to workers that have their plugin. A plugin
 * whose manifest is broken counts with all jobs: its runs fail at once and say why.
 */
export async function listHandlers(plugins: Readonly<Record<string, BuiltInPlugin>>): Promise<Handlers> {
  const entries = Object.entries(plugins).map(async ([key, plugin]) => {
    const written = await plugin.manifest().catch(() => null);
    const parsed = parseManifest(written?.default, { now: new Date(), defaultTimeZone: 'UTC' });
    return [key, parsed.ok ? parsed.manifest.jobs.map(({ name }) => name) : ['*']] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
