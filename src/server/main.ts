import path from 'node:path';
import { start } from '#server/supervisor.ts';
import { StartProblem } from '#server/start-problem.ts';

/** Starts everything and stays until somebody stops it. Answers with the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await start(args);
  } catch (error) {
    if (error instanceof StartProblem) {
      process.stderr.write(`\n${error.message}\n`);
    } else {
      const reason = error instanceof Error ? error.message : String(error);
      process.stderr.write(
        `\nThe portal could not be started: ${reason}\nMore is in the logs folder of ${path.basename(process.env.PORTAL_DIR || '.portal')}.\n`,
      );
    }
    return 1;
  }
}
