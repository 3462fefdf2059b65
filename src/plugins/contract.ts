import { OwnMessage, type ValuesArgument } from '#domain/message.ts';
import type { Payload } from '#domain/plugin/payload-schema.ts';
import type { PortalHealth } from '#domain/portal-health.ts';
import type { Outcome } from '#domain/run/outcome.ts';
import type { GuardedFetch } from './outgoing.ts';

export {
  canceled,
  failed,
  NonRetryableError,
  type Outcome,
  retryAfter,
  snoozed,
  success,
} from '#domain/run/outcome.ts';

/**
 * Plugin: a folder with `plugin.json` (what it is and which jobs it has) and `handler.ts` (how they run). The manifest
 * is the light half, which screens and the scheduler read; the handler is imported by a worker, when a run needs it.
 */
export interface BuiltInPlugin {
  manifest: () => Promise<{ default: unknown }>;
  load: () => Promise<{ handlers: PluginHandlers }>;
  /** The sentences of its own that `createSay` makes messages of. */
  sentences?: PluginSentences;
}

/** Sentences by name; `{name}` stands for a value, `{names|, }` for messages joined by what follows the bar. */
export type PluginSentences = Readonly<Record<string, { readonly en: string; readonly ja: string }>>;

/**
 * Makes messages of a plugin's sentences. Their English is stored and is what the API returns; screens show them in the reader's
 * language. Any other text is shown as it is.
 */
export function createSay<const Sentences extends PluginSentences>(pluginId: string, sentences: Sentences) {
  return <Name extends keyof Sentences & string>(
    name: Name,
    ...[values]: ValuesArgument<Sentences[Name]['en']>
  ): OwnMessage => new OwnMessage(`${pluginId}.${name}`, sentences[name]?.en ?? '', values ?? {});
}

/** By the name that a job's `handler` gives in the manifest: the job's own name when it gives none. */
export type PluginHandlers = Readonly<Record<string, PluginHandler>>;

/**
 * Runs one attempt. Whatever it throws is a failure that may be tried again, unless it is a NonRetryableError.
 * It must end soon after `signal` is aborted: a handler that does not is cut at its time-out, and its result is dropped.
 */
export type PluginHandler = (context: RunContext) => Promise<Outcome>;

export interface RunContext {
  /** Checked against the job's payload schema, with defaults filled in. */
  payload: Payload;
  /** Where the last successful run left off; null at first. */
  cursor: string | null;
  /** 1 for the first; a snoozed or given back attempt does not count. */
  attempt: number;
  runId: string;
  /** Aborted when the run is canceled, times out, is lost to another worker, or the worker stops. */
  signal: AbortSignal;
  /** Adds lines to the run's log; the job's secrets and what looks like one are blanked out. */
  log: (line: string) => void;
  /** Tells how far the run is; told as often as you like, stored at most once a second. */
  progress: (told: { done: number; total?: number | null; note?: string | OwnMessage | null }) => void;
  /** The only way out: refuses private addresses unless the operator allowed the host [rule 35: outgoing calls]. */
  fetch: GuardedFetch;
  now: () => Date;
  /** The job's secrets by name; a payload refers to them as `{{secret.name}}`. */
  secrets: Readonly<Record<string, string>>;
  operator: OperatorSettings;
  /** How the portal itself is, for self-checks. */
  readPortalHealth: () => Promise<PortalHealth>;
}

/** What the operator of a worker's machine has decided; nobody can change it from a screen. */
export interface OperatorSettings {
  /** Programs that `command` may run; empty: none. */
  allowedCommands: readonly AllowedCommand[];
  /** Hosts (`host` or `host:port`) that may be called although they are private. */
  allowedHosts: readonly string[];
  /** Environment variables that a command gets; nothing else of what the worker knows. */
  commandEnvironment: Readonly<Record<string, string>>;
}

export interface AllowedCommand {
  /** Absolute path. */
  program: string;
  /** Each argument must match one of these as a whole; none: no argument is allowed. */
  argumentPatterns: readonly RegExp[];
  workingFolder: string | null;
}
