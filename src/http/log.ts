export type LogLevel = 'info' | 'warn' | 'error';

/**
 * Writes one line of JSON for machines to read: problems to standard error, everything else to standard output.
 * @param fields never a secret, and never text from a body
 */
export function writeLog(level: LogLevel, event: string, fields: Record<string, unknown> = {}): void {
  const line = `${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`;
  (level === 'error' ? process.stderr : process.stdout).write(line);
}

/**
 * Returns what is safe to log about an unexpected error: its kind and where it was thrown. Its message is omitted, because a
 * database quotes the values that it rejects.
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
