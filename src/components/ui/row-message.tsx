/**
 * The message of a run in a table row, already shortened and safe. The message of a failure is emphasized and gets more room.
 */
export function RowMessage({ text, isFailure = false }: { text: string | null; isFailure?: boolean }) {
  if (text === null) return null;
  return (
    <bdi
      className={
        isFailure
          ? 'line-clamp-3 text-ink md:line-clamp-2'
          : 'block text-ink-muted max-md:line-clamp-2 md:truncate'
      }
    >
      {text}
    </bdi>
  );
}
