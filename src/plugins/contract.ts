import { OwnMessage, type ValuesArgument } from '#domain/message.ts';
import type { Payload } from '#domain/plugin/payload-schema.ts';
import type { PortalHealth } from '#domain/portal-health.ts';
import type { Outcome } from '#domain/run/outcome.ts';
import type { GuardedFetch } from './outgoing-request.ts';

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
 * A plugin is a folder with `plugin.json` (its description and jobs) and `handler.ts` (how the jobs run). Screens and the
 * scheduler read only the manifest; a worker imports the handler when a run needs it.
 */
export interface BuiltInPlugin {
  manifest: () => Promise<{ default: unknown }>;
  load: () => Promise<{ handlers: PluginHandlers }>;
  /** The plugin's own sentences, for `createSay`. */
  sentences?: PluginSentences;
}

/** Sentences by name; `{name}` is a value, `{names|, }` is a list of messages joined by the text after the bar. */
export type PluginSentences = Readonly<Record<string, { readonly en: string; readonly ja: string }>>;

/**
 * Creates a function for messages from a plugin's sentences. Their English is stored and returned by the API; screens show
 * them in the reader's language. Any other text is shown unchanged.
 */
export function createSay<const Sentences extends PluginSentences>(pluginId: string, sentences: Sentences) {
  return <Name extends keyof Sentences & string>(
    name: Name,
    ...[values]: ValuesArgument<Sentences[Name]['en']>
  ): OwnMessage => new OwnMessage(`${pluginId}.${name}`, sentences[name]?.en ?? '', values ?? {});
}

/** By the `handler` of a job in the manifest, or by the job's name if it has none. */
export type PluginHandlers = Readonly<Record<string, PluginHandler>>;

/**
 * Runs one attempt. Any thrown error is a failure that can be tried again, unless it is a NonRetryableError. It must end soon
 * after `signal` is aborted: otherwise the attempt ends at its timeout and its result is dropped.
 */
export type PluginHandler = (context: RunContext) => Promise<Outcome>;

export interface RunContext {
  /** Validated against the job's payload schema, with defaults filled in. */
  payload: Payload;
  /** Where the last successful run left off; null at first. */
  cursor: string | null;
  /** 1 for the first; a snoozed or released attempt does not count. */
  attempt: number;
  runId: string;
  /** Aborted when the run is canceled, times out, is lost to another worker, or the worker stops. */
  signal: AbortSignal;
  /** Adds lines to the run's log; the job's secrets and anything that looks like one are redacted. */
  log: (line: string) => void;
  /** Reports how far the run is. Call it as often as you like; it is stored at most once a second. */
  progress: (told: { done: number; total?: number | null; note?: string | OwnMessage | null }) => void;
  /** The only way to the network: rejects private addresses unless the operator allowed the host [rule 35: outgoing calls]. */
  fetch: GuardedFetch;
  now: () => Date;
  /** The job's secrets by name; a payload refers to them as `{{secret.name}}`. */
  secrets: Readonly<Record<string, string>>;
  operator: OperatorSettings;
  /** The portal's own health, for self-checks. */
  readPortalHealth: () => Promise<PortalHealth>;
}

/** Settings of the operator of a worker's machine; they cannot be changed on any screen. */
export interface OperatorSettings {
  /** Programs that `command` can run; none if empty. */
  allowedCommands: readonly AllowedCommand[];
  /** Hosts (`host` or `host:port`) that can be called even at a private address. */
  allowedHosts: readonly string[];
  /** Environment variables that a command gets; it sees nothing else of the worker's environment. */
  commandEnvironment: Readonly<Record<string, string>>;
}

export interface AllowedCommand {
  /** Absolute path. */
  program: string;
  /** Each argument must match one of these completely; if empty, no argument is allowed. */
  argumentPatterns: readonly RegExp[];
  workingFolder: string | null;
}
