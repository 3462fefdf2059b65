import { type ChildProcess, spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { OwnError } from '#domain/message.ts';
import {
  type AllowedCommand,
  canceled,
  failed,
  NonRetryableError,
  type Outcome,
  type PluginHandlers,
  type RunContext,
  success,
} from '#plugins/contract.ts';
import { say } from './messages.ts';

const killAfterMs = 5_000;
const lineLengthMax = 16_384;

/** The operator's entry that allows this call. */
function findAllowed(
  program: string,
  args: readonly string[],
  allowedCommands: readonly AllowedCommand[],
): AllowedCommand {
  if (allowedCommands.length === 0) {
    throw new NonRetryableError(say('noCommands'));
  }
  const isSame = (allowed: AllowedCommand): boolean => allowed.program === program;
  if (!path.isAbsolute(program) || path.normalize(program) !== program || !allowedCommands.some(isSame)) {
    throw new NonRetryableError(say('programNotAllowed', { program }));
  }
  const entry = allowedCommands
    .filter(isSame)
    .find(({ argumentPatterns }) =>
      args.every((argument) => argumentPatterns.some((pattern) => pattern.test(argument))),
    );
  if (!entry) throw new NonRetryableError(say('argumentNotAllowed', { program }));
  return entry;
}

function environmentOf({ secrets, runId, operator }: RunContext): NodeJS.ProcessEnv {
  const environment: Record<string, string> = { ...operator.commandEnvironment, TC_PORTAL_RUN_ID: runId };
  for (const [name, value] of Object.entries(secrets)) environment[`TC_SECRET_${name.toUpperCase()}`] = value;
  // Next's types require NODE_ENV in every environment.
  return environment as unknown as NodeJS.ProcessEnv;
}

/** Ends the program and all processes that it started. */
function killTree(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { windowsHide: true, stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has already exited.
  }
}

function logLines(stream: NodeJS.ReadableStream | null, log: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream?.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) log(line.replace(/\r$/, ''));
    // A program that never ends its line must not fill the memory.
    if (rest.length > lineLengthMax) {
      log(rest);
      rest = '';
    }
  });
  stream?.on('end', () => {
    rest += decoder.end();
    if (rest !== '') log(rest);
    rest = '';
  });
}

/** Runs a program that the operator allowed on the worker's machine, without a shell. */
async function run(context: RunContext): Promise<Outcome> {
  const { payload, signal, log, operator } = context;
  const program = String(payload.program);
  const text = String(payload.arguments ?? '');
  const args = text === '' ? [] : text.replaceAll('\r\n', '\n').replace(/\n$/, '').split('\n');
  const { workingFolder } = findAllowed(program, args, operator.allowedCommands);
  signal.throwIfAborted();
  const child = spawn(program, args, {
    cwd: workingFolder ?? os.tmpdir(),
    env: environmentOf(context),
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: false,
    windowsHide: true,
    // Its own process group, so that the whole group can be ended at once.
    detached: process.platform !== 'win32',
  });
  logLines(child.stdout, log);
  logLines(child.stderr, log);
  let insist: NodeJS.Timeout | undefined;
  const stop = (): void => {
    killTree(child, 'SIGTERM');
    insist = setTimeout(() => killTree(child, 'SIGKILL'), killAfterMs);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { code, ended } = await new Promise<{ code: number | null; ended: NodeJS.Signals | null }>(
      (resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code, ended) => resolve({ code, ended }));
      },
    );
    if (signal.aborted) return canceled();
    const result = { exitCode: code, signal: ended };
    const expected = Number(payload.expectedExitCode ?? 0);
    if (code === expected) return success({ message: say('exitCode', { code }), result });
    const reason = ended
      ? say('endedBySignal', { signal: ended })
      : say('unexpectedExitCode', { code: code ?? 'null', expected });
    return failed(new OwnError(reason), result);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')) {
      throw new NonRetryableError(say('notStarted', { reason: error.code }));
    }
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(insist);
    // Processes left in its group end with it.
    killTree(child, 'SIGKILL');
  }
}

export const handlers: PluginHandlers = { run };
