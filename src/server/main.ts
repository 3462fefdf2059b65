import { start } from '#server/supervisor.ts';

/** Starts the portal and waits until it is stopped. Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await start(args);
  } catch (error) {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}
