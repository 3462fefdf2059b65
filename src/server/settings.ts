import path from 'node:path';
import { settingOf } from '#domain/setting.ts';
import { StartProblem } from '#server/start-problem.ts';

/** The project's own folder. */
export const projectFolder = path.resolve(import.meta.dirname, '..', '..');

/** Settings that the operator chooses at the start. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  /** All data of this portal. */
  readonly folder: string;
  readonly secretsFile: string;
  readonly dev: boolean;
  readonly demo: boolean;
  /** Whether this portal starts a worker. Without any worker, no job and no schedule runs. */
  readonly hasWorker: boolean;
}

function readPort(text: string | undefined): number {
  const port = Number(settingOf(text) ?? '3000');
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new StartProblem(
    `PORT must be a number from 1 to 65535, not "${text}".`,
    `PORT には 1～65535 の数値を指定してください（現在の値: "${text}"）。`,
  );
}

function readHasWorker(text: string | undefined): boolean {
  const chosen = settingOf(text)?.toLowerCase() ?? '';
  if (['', 'true', '1', 'on'].includes(chosen)) return true;
  if (['false', '0', 'off'].includes(chosen)) return false;
  throw new StartProblem(
    `JOB_WORKER_ENABLED must be true or false, not "${text}".`,
    `JOB_WORKER_ENABLED には true または false を指定してください（現在の値: "${text}"）。`,
  );
}

/** Reads the settings from the environment and the command line. */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
): Settings {
  const unknown = args.find((argument) => !['--dev', '--demo'].includes(argument));
  if (unknown !== undefined) {
    throw new StartProblem(
      `Unknown option ${unknown}: use --demo for example data, or --dev for development.`,
      `${unknown} というオプションはありません。--demo（サンプルデータ）または --dev（開発）を指定してください。`,
    );
  }
  const chosen = settingOf(environment.PORTAL_DIR);
  const folder = path.resolve(projectFolder, chosen ?? '.portal');
  return {
    port: readPort(environment.PORT),
    host: settingOf(environment.HOST) ?? '127.0.0.1',
    folder,
    secretsFile: path.join(chosen ? folder : projectFolder, '.env.local'),
    dev: args.includes('--dev'),
    demo: args.includes('--demo'),
    hasWorker: readHasWorker(environment.JOB_WORKER_ENABLED),
  };
}
