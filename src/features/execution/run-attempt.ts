import type { ClaimedRun } from '#data/run-queue.ts';
import { foreignMessage } from '#domain/message.ts';
import { parseManifest, type PluginManifest } from '#domain/plugin/manifest.ts';
import { validatePayload } from '#domain/plugin/payload-schema.ts';
import type { PortalHealth } from '#domain/portal-health.ts';
import { say } from '#domain/portal-messages.ts';
import { NonRetryableError, type Outcome } from '#domain/run/outcome.ts';
import type { RunProgress } from '#domain/run/progress.ts';
import type { BuiltInPlugin, OperatorSettings, PluginHandlers, RunContext } from '#plugins/contract.ts';
import type { GuardedFetch } from '#plugins/outgoing-request.ts';

/** What all handlers of a worker share. */
export interface Surroundings {
  plugins: Readonly<Record<string, BuiltInPlugin>>;
  fetch: GuardedFetch;
  operator: OperatorSettings;
  readPortalHealth: () => Promise<PortalHealth>;
}

/** What an attempt uses to report progress and logs. */
export interface AttemptChannel {
  signal: AbortSignal;
  log: (line: string) => void;
  progress: (told: RunProgress) => void;
}

interface Loaded {
  manifest: PluginManifest;
  handlers: PluginHandlers;
}

const loading = new WeakMap<BuiltInPlugin, Promise<Loaded>>();

async function load(key: string, plugin: BuiltInPlugin): Promise<Loaded> {
  const [{ default: written }, { handlers }] = await Promise.all([plugin.manifest(), plugin.load()]);
  const parsed = parseManifest(written, { now: new Date(), defaultTimeZone: 'UTC' });
  if (!parsed.ok) {
    const [problem] = parsed.problems;
    throw new NonRetryableError(
      say('run.wrongManifest', {
        plugin: key,
        field: problem?.field ?? '',
        problem: problem?.problem ?? '',
      }),
    );
  }
  return { manifest: parsed.manifest, handlers };
}

function loadOnce(key: string, plugin: BuiltInPlugin): Promise<Loaded> {
  const known = loading.get(plugin);
  if (known) return known;
  const loaded = load(key, plugin);
  loading.set(plugin, loaded);
  loaded.catch(() => loading.delete(plugin));
  return loaded;
}

/**
 * Runs one attempt of a job of a built-in plugin.
 * @throws whatever its handler throws; NonRetryableError if the plugin does not declare the job or its payload is
 * invalid
 */
export async function runBuiltIn(
  run: ClaimedRun,
  { signal, log, progress }: AttemptChannel,
  { plugins, fetch, operator, readPortalHealth }: Surroundings,
): Promise<Outcome> {
  const plugin = Object.hasOwn(plugins, run.pluginKey) ? plugins[run.pluginKey] : undefined;
  if (!plugin) throw new NonRetryableError(say('run.noPlugin', { plugin: run.pluginKey }));
  const { manifest, handlers } = await loadOnce(run.pluginKey, plugin);
  const job = manifest.jobs.find(({ name }) => name === run.pluginJobName);
  const handler = job?.target.kind === 'handler' ? handlers[job.target.handler] : undefined;
  if (!job || !handler) {
    throw new NonRetryableError(say('run.noJob', { plugin: run.pluginKey, job: run.pluginJobName }));
  }
  const checked = validatePayload(job.payloadSchema ?? { type: 'object', properties: {} }, run.payload ?? {});
  if (!checked.ok) {
    const problems = checked.problems.map(({ message }) => message);
    throw new NonRetryableError(say('run.wrongPayload', { problems }));
  }
  const context: RunContext = {
    payload: checked.payload,
    cursor: run.cursor,
    attempt: run.attempt,
    runId: run.runId,
    signal,
    log,
    progress: ({ done, total = null, note = null }) =>
      progress({ done, total, note: typeof note === 'string' ? foreignMessage(note) : note }),
    fetch,
    now: () => new Date(),
    secrets: run.secrets,
    operator,
    readPortalHealth,
  };
  return handler(context);
}
