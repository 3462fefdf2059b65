import path from 'node:path';

/**
 * A problem that keeps the portal from starting and that the operator can fix. The message is one sentence in English
 * and Japanese that says what to do; the screen shows nothing else.
 */
export class StartProblem extends Error {
  override name = 'StartProblem';

  constructor(english: string, japanese: string) {
    super(`${english}\n${japanese}`);
  }
}

/** Says what to do if PostgreSQL cannot read a data folder. */
export const damagedFolder = (folder: string, why: string): StartProblem =>
  new StartProblem(
    `The database in ${folder} cannot be used (${why}): restore a backup of this folder, or move it away to start with an empty database.`,
    `${folder} のデータベースを使用できません（${why}）。バックアップから復元するか、フォルダーを移動して空の状態から始めてください。`,
  );

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** Whether an error of the operating system or PostgreSQL means that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  const text = error instanceof Error ? error.message : String(error);
  return (
    /^(?:ENOSPC|EDQUOT|53100)$/.test(codeOf(error)) ||
    /ENOSPC|No space left on device|Check free disk space|EDQUOT|disk quota/i.test(text)
  );
}

/** Turns the operating system's error about a folder into a sentence; null for other errors. */
export function explainFolderError(error: unknown, folder: string): StartProblem | null {
  const text = `${codeOf(error)} ${error instanceof Error ? error.message : String(error)}`;
  if (isDiskFull(error)) {
    return new StartProblem(
      `The disk with ${folder} is full: free some space and start again.`,
      `${folder} があるディスクの空き容量が不足しています。空き容量を増やしてから、もう一度起動してください。`,
    );
  }
  if (/EROFS|Read-only file system/i.test(text)) {
    return new StartProblem(
      `The disk with ${folder} is read-only: set PORTAL_DIR to a writable folder.`,
      `${folder} があるディスクは読み取り専用です。PORTAL_DIR に、書き込めるフォルダーを指定してください。`,
    );
  }
  if (/EACCES|EPERM|Permission denied|unable to open database file/i.test(text)) {
    return new StartProblem(
      `This user has no permission to write to ${folder}: grant it, or set PORTAL_DIR to another folder.`,
      `${folder} への書き込み権限がありません。権限を付けるか、PORTAL_DIR に別のフォルダーを指定してください。`,
    );
  }
  if (/EISDIR/.test(text)) {
    return new StartProblem(
      `${folder} must be a file, but it is a folder: move it away.`,
      `${folder} にはファイルが必要ですが、フォルダーがあります。移動してください。`,
    );
  }
  if (/ENOTDIR|EEXIST/.test(text)) {
    return new StartProblem(
      `${folder} must be a folder, but it is a file: move it away, or set PORTAL_DIR to another folder.`,
      `${folder} にはフォルダーが必要ですが、ファイルがあります。移動するか、PORTAL_DIR に別のフォルダーを指定してください。`,
    );
  }
  return null;
}

/** Explains from PostgreSQL's output why it did not start. */
export function explainServerEnd(output: string, dataFolder: string): StartProblem {
  if (/administrative permissions/.test(output)) {
    return new StartProblem(
      'PostgreSQL does not run with administrator rights: start it from a normal prompt, or as a task of an ordinary user.',
      'PostgreSQL は管理者権限では起動できません。通常のプロンプトから、または一般ユーザーのタスクとして起動してください。',
    );
  }
  return explainFolderError(output, dataFolder) ?? damagedFolder(dataFolder, lastError(output));
}

/** Returns PostgreSQL's last error without the prefix of its line. */
export function lastError(output: string): string {
  const lines = output.split('\n').filter((line) => /FATAL|PANIC|ERROR|error:/.test(line));
  const line = lines.at(-1) ?? output.trim().split('\n').at(-1) ?? '';
  return line.replace(/^.*?(?:FATAL|PANIC|ERROR|error):\s*/, '').trim() || 'no reason given';
}

/** Explains why a start failed in a sentence; null for our own defects. */
export function explainStartError(error: unknown, folder: string): StartProblem | null {
  if (error instanceof StartProblem) return error;
  const code = codeOf(error);
  // Only errors of the operating system: PostgreSQL's 'permission denied' is not about a folder.
  if (error instanceof Error && 'syscall' in error)
    return explainFolderError(error, 'path' in error ? String(error.path) : folder);
  if (isDiskFull(error)) return explainFolderError(error, folder);
  // Internal error, damaged data or index, input/output error, a missing file.
  if (error instanceof Error && /^(?:XX00[012]|58030|58P01)$/.test(code))
    return damagedFolder(path.join(folder, 'database'), error.message);
  return null;
}
