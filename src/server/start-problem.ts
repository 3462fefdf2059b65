/**
 * Something that keeps the portal from starting and that a person can put right. The message is one sentence
 * in English and Japanese that says what to do; it is all that the screen shows.
 */
export class StartProblem extends Error {
  override name = 'StartProblem';

  constructor(english: string, japanese: string) {
    super(`${english}\n${japanese}`);
  }
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** Turns what the operating system says about a folder into a sentence; null when it is about something else. */
export function explainFolderError(error: unknown, folder: string): StartProblem | null {
  const text = `${codeOf(error)} ${error instanceof Error ? error.message : String(error)}`;
  if (/ENOSPC|No space left on device|EDQUOT|disk quota/i.test(text)) {
    return new StartProblem(
      `The disk that holds ${folder} is full: free some space and start again.`,
      `${folder} のあるディスクがいっぱいです。空き容量を増やしてからもう一度起動してください。`,
    );
  }
  if (/EROFS|Read-only file system/i.test(text)) {
    return new StartProblem(
      `The disk that holds ${folder} is read-only: set PORTAL_DIR to a folder that can be written.`,
      `${folder} のあるディスクは読み取り専用です。PORTAL_DIR に書き込みできるフォルダーを指定してください。`,
    );
  }
  if (/EACCES|EPERM|Permission denied/i.test(text)) {
    return new StartProblem(
      `This user may not write in ${folder}: give it the permission, or set PORTAL_DIR to another folder.`,
      `${folder} への書き込み権限がありません。権限を付けるか、PORTAL_DIR に別のフォルダーを指定してください。`,
    );
  }
  if (/ENOTDIR|EEXIST/.test(text)) {
    return new StartProblem(
      `${folder} is in the way because it is not a folder: move it away, or set PORTAL_DIR to another folder.`,
      `${folder} はフォルダーではありません。移動するか、PORTAL_DIR に別のフォルダーを指定してください。`,
    );
  }
  return null;
}
