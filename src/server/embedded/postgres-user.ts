import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { StartProblem } from '#server/start-problem.ts';

/** Which user and command run PostgreSQL, which refuses to run as root. */
export interface PostgresUser {
  readonly ids: { uid?: number; gid?: number };
  readonly wrap: (program: string, args: string[]) => [program: string, args: string[]];
}

function idsOf(name: string): { uid: number; gid: number } | null {
  const numbers = ['-u', '-g'].map((flag) =>
    Number.parseInt(spawnSync('id', [flag, name]).stdout?.toString() ?? '', 10),
  );
  const [uid, gid] = numbers;
  return Number.isInteger(uid) && Number.isInteger(gid) ? { uid: uid!, gid: gid! } : null;
}

function isOpenTo({ uid, gid }: { uid: number; gid: number }, folder: string): boolean {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    if (fs.existsSync(at)) {
      const stat = fs.statSync(at);
      const bit = stat.uid === uid ? 0o100 : stat.gid === gid ? 0o010 : 0o001;
      if ((stat.mode & bit) === 0) return false;
    }
    if (at === path.dirname(at)) return true;
  }
}

/** Decides which user runs PostgreSQL; this user must be able to enter `folders`. */
export function choosePostgresUser(folders: string[]): PostgresUser {
  if (process.getuid?.() !== 0) return { ids: {}, wrap: (program, args) => [program, args] };
  let ids = idsOf('postgres');
  if (!ids) {
    spawnSync('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      'postgres',
    ]);
    ids = idsOf('postgres') ?? idsOf('nobody');
  }
  if (!ids) {
    throw new StartProblem(
      'PostgreSQL does not run as root, and this machine has no user postgres: create it, or start as an ordinary user.',
      'PostgreSQL は root では起動できません。postgres ユーザーを作成するか、一般ユーザーで起動してください。',
    );
  }
  const { uid, gid } = ids;
  if (folders.every((folder) => isOpenTo({ uid, gid }, folder))) {
    return { ids, wrap: (program, args) => [program, args] };
  }
  // Folders below /root or from mktemp are closed to other users, and changing their permissions is not our decision.
  const capability = ['--ambient-caps', '+dac_override', '--inh-caps', '+dac_override'];
  const asUser = ['--reuid', String(uid), '--regid', String(gid), '--clear-groups', ...capability];
  if (spawnSync('setpriv', [...asUser, 'true']).status !== 0) {
    throw new StartProblem(
      `PostgreSQL does not run as root, and the user postgres has no access to ${folders.join(' or ')}: move the project to a folder that it can read, or start as an ordinary user.`,
      `PostgreSQL は root では起動できず、postgres ユーザーには ${folders.join(' と ')} へのアクセス権がありません。プロジェクトを移動するか、一般ユーザーで起動してください。`,
    );
  }
  return { ids, wrap: (program, args) => ['setpriv', [...asUser, program, ...args]] };
}
