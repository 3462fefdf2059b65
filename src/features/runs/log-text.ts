import type { RunLog } from '#data/run-log-row.ts';
import { readableText, safeFileName } from '#domain/readable-text.ts';

/**
 * Formats a log as a text file. Control characters are made visible, as on the screen, so that a terminal does not obey
 * them.
 * @param cutMark the line between head and tail that says how much is missing
 */
export function logText(log: RunLog, cutMark: string): string {
  const head = readableText(log.head);
  return log.cutCharacters > 0 || log.tail !== '' ? `${head}\n${cutMark}\n${readableText(log.tail)}` : head;
}

/** Returns headers that make a browser save any text, under a name made from the job's key and the run's time. */
export function downloadHeaders(jobKey: string, orderedAt: string): Record<string, string> {
  const name = `${safeFileName(jobKey)}-${orderedAt.slice(0, 19).replaceAll(/[-:]/g, '')}.log.txt`;
  const plain = name.replaceAll(/[^\x20-\x7E]/g, '_');
  return {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': 'no-store',
  };
}
