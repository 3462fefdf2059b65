import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { explainFolderError, StartProblem } from '#server/start-problem.ts';

/** Makes the folder and proves that it can be written, so that every later step may assume it. */
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

/** A lock that the system itself takes back when this process ends, however it ends. Null: somebody else has it. */
export function takeLock(file: string): { release: () => void } | null {
  const handle = new DatabaseSync(file);
  try {
    handle.exec('pragma journal_mode = memory; pragma locking_mode = exclusive; begin exclusive');
  } catch (error) {
    handle.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) return null;
    throw explainFolderError(error, path.dirname(file)) ?? error;
  }
  return { release: () => handle.close() };
}

/** Refuses to go on when another start works on this folder. */
export function lockFolder(folder: string, address: string): { release: () => void } {
  const noteFile = path.join(folder, 'running.json');
  const lock = takeLock(path.join(folder, 'portal.lock'));
  if (lock) {
    fs.writeFileSync(noteFile, JSON.stringify({ pid: process.pid, address }), { mode: 0o600 });
    return {
      release: () => {
        fs.rmSync(noteFile, { force: true });
        lock.release();
      },
    };
  }
  let where = '';
  try {
    const note: { pid?: number; address?: string } = JSON.parse(fs.readFileSync(noteFile, 'utf8'));
    where = ` (${note.address}, PID ${note.pid})`;
  } catch {
    // The other start has not written its note yet.
  }
  throw new StartProblem(
    `A portal is already running on ${folder}${where}: open that one, stop it first, or choose another PORTAL_DIR and PORT.`,
    `${folder} ではすでにポータルが起動しています${where}。それを使うか、停止するか、別の PORTAL_DIR と PORT を指定してください。`,
  );
}
