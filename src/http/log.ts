export type LogLevel = 'info' | 'warn' | 'error';

/**
 * Writes one line of JSON for machines to read: problems to standard error, the rest to standard output.
 * @param fields never a secret, and never text that came in a body
 */
export function writeLog(level: LogLevel, event: string, fields: Record<string, unknown> = {}): void {
  const line = `${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`;
  (level === 'error' ? process.stderr : process.stdout).write(line);
}

/**
 * What may be logged of an error that nothing of ours explains: its kind and where it was thrown. Its message stays
 * out, because a database quotes the values that it refuses.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    error: error.name,
    ...('code' in error && { code: String(error.code) }),
    stack: frames?.slice(0, 8).map((line) => line.trim()),
  };
}
