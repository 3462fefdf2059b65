import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { explainFolderError, StartProblem } from '#server/start-problem.ts';

/** Creates the folder and checks that it is writable, so that later steps can rely on it. */
export function prepareFolder(folder: string): void {
  const probe = path.join(folder, '.writable');
  try {
    fs.mkdirSync(folder, { recursive: true });
    const handle = fs.openSync(probe, 'w', 0o600);
    try {
      fs.writeSync(handle, Buffer.alloc(256 * 1024, 1));
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
      fs.rmSync(probe, { force: true });
    }
  } catch (error) {
    throw explainFolderError(error, folder) ?? error;
  }
}

/** Takes a lock that the system releases when this process ends, however it ends. Returns null if another process has it. */
export function takeLock(file: string): { release: () => void } | null {
  let handle: DatabaseSync | undefined;
  try {
    handle = new DatabaseSync(file);
    handle.exec('pragma journal_mode = memory; pragma locking_mode = exclusive; begin exclusive');
  } catch (error) {
    handle?.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) return null;
    throw explainFolderError(error, file) ?? error;
  }
  const held = handle;
  return { release: () => held.close() };
}

/** A start's lock on a folder. */
export interface FolderLock {
  /** Whether the previous start was killed: its processes may need a moment to end. */
  readonly followsKilled: boolean;
  release(): void;
}

/** Locks the folder; throws if another start uses it. */
export function lockFolder(folder: string, address: string): FolderLock {
  const noteFile = path.join(folder, 'running.json');
  const lock = takeLock(path.join(folder, 'portal.lock'));
  if (lock) {
    const followsKilled = fs.existsSync(noteFile);
    fs.writeFileSync(noteFile, JSON.stringify({ pid: process.pid, address }), { mode: 0o600 });
    return {
      followsKilled,
      release: () => {
        fs.rmSync(noteFile, { force: true });
        lock.release();
      },
    };
  }
  let where = '';
  try {
    const note = JSON.parse(fs.readFileSync(noteFile, 'utf8')) as { pid?: number; address?: string };
    where = ` (${note.address}, PID ${note.pid})`;
  } catch {
    // The other start has not written its address yet.
  }
  throw new StartProblem(
    `A portal is already running on ${folder}${where}: use it, stop it, or set another PORTAL_DIR and PORT.`,
    `${folder} を使うポータルがすでに起動しています${where}。そのポータルを使うか、停止するか、別の PORTAL_DIR と PORT を指定してください。`,
  );
}
