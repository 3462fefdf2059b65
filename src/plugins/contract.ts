import type { Payload } from '#domain/plugin/payload-schema.ts';
import type { PortalHealth } from '#domain/portal-health.ts';
import type { GuardedFetch } from './outgoing.ts';

/**
 * Plugin: a folder with `plugin.json` (what it is and which jobs it has) and `handler.ts` (how they run). The manifest
 * is the light half, which screens and the scheduler read; the handler is imported by a worker, when a run needs it.
 */
export interface BuiltInPlugin {
  manifest: () => Promise<{ default: unknown }>;
  load: () => Promise<{ handlers: PluginHandlers }>;
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
  progress: (told: { done: number; total?: number | null; note?: string | null }) => void;
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

/** How an attempt ended. */
export type Outcome =
  | {
      kind: 'success';
      message: string | null;
      eventsProcessed: number | null;
      /** JSON of at most 64 KiB. */
      result: unknown;
      /** Null leaves the cursor where it is. */
      cursor: string | null;
    }
  | { kind: 'failed'; error: unknown; isRetryable: boolean; result: unknown }
  | { kind: 'retryAfter'; seconds: number; error: unknown }
  | { kind: 'canceled' }
  | { kind: 'snoozed'; seconds: number };

/** It worked. The cursor is stored together with the success, or not at all [rule 28: cursor]. */
export function success(
  told: { message?: string; eventsProcessed?: number; result?: unknown; cursor?: string } = {},
): Outcome {
  return {
    kind: 'success',
    message: told.message ?? null,
    eventsProcessed: told.eventsProcessed ?? null,
    result: told.result ?? null,
    cursor: told.cursor ?? null,
  };
}

/** It did not work; another attempt is made if the job has any left. */
export function failed(error: unknown, result: unknown = null): Outcome {
  return { kind: 'failed', error, isRetryable: !(error instanceof NonRetryableError), result };
}

/** It did not work, and the other side said when to come back. */
export function retryAfter(seconds: number, error: unknown): Outcome {
  return { kind: 'retryAfter', seconds, error };
}

/** It stopped because it was asked to. */
export function canceled(): Outcome {
  return { kind: 'canceled' };
}

/** There is nothing to do yet: look again later. Burns no attempt. */
export function snoozed(seconds: number): Outcome {
  return { kind: 'snoozed', seconds };
}

/** Trying again would fail the same way: a wrong setting, a refused target. */
export class NonRetryableError extends Error {
  override name = 'NonRetryableError';
}
