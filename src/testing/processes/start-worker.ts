import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { projectFolder } from '#server/settings.ts';
import { ownSupabase } from '#testing/database/own-supabase.ts';
import { supabaseVariables } from '#testing/database/variables.ts';
import { until } from '#testing/until.ts';

/** A real worker: the program that `npm start` runs. */
export interface TestWorker {
  readonly id: string;
  readonly process: ChildProcess;
  readonly output: () => string;
  /** Resolves with the exit code, or null if it was killed. */
  readonly exit: Promise<number | null>;
}

const started = new Set<ChildProcess>();

/** Starts a worker without a scheduler and waits until it takes runs. */
export async function startWorker(environment: Record<string, string> = {}): Promise<TestWorker> {
  const file = path.join(projectFolder, 'src', 'worker', 'main.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
    cwd: projectFolder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      SystemRoot: process.env.SystemRoot,
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      ...supabaseVariables(ownSupabase),
      WORKER_SCHEDULER: 'off',
      WORKER_IDLE_POLL_MS: '50',
      ...environment,
    },
  });
  started.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const exit = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      started.delete(child);
      resolve(code);
    }),
  );
  const found = await until(
    () =>
      /"event":"worker_started","worker":"([^"]+)"/.exec(output) ??
      (child.exitCode !== null ? 'ended' : null),
    Boolean,
    30_000,
  );
  if (found === 'ended' || found === null) throw new Error(`The worker did not start:\n${output}`);
  return { id: found[1] ?? '', process: child, output: () => output, exit };
}

/** Stops every worker that a test left running. */
export async function stopWorkers(): Promise<void> {
  await Promise.all(
    [...started].map(
      (child) =>
        new Promise<void>((resolve) => {
          child.once('close', () => resolve());
          child.kill('SIGKILL');
        }),
    ),
  );
}
