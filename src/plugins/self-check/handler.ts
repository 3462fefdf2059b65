import fs from 'node:fs/promises';
import os from 'node:os';
import { countLiveWorkers } from '#domain/portal-health.ts';
import {
  failed,
  NonRetryableError,
  type Outcome,
  type PluginHandlers,
  type RunContext,
  success,
} from '#plugins/contract.ts';

/** Checks what the portal itself lives on, and fails when one of it is not well. */
async function check({ payload, log, progress, readPortalHealth }: RunContext): Promise<Outcome> {
  const total = 4;
  const problems: string[] = [];
  let done = 0;
  const note = (name: string, value: string, isWell: boolean): void => {
    done += 1;
    log(`${isWell ? 'ok  ' : 'FAIL'} ${name}: ${value}`);
    progress({ done, total, note: name });
    if (!isWell) problems.push(`${name}: ${value}`);
  };

  const { databaseMs, queue, tickAgeSeconds, workers } = await readPortalHealth();
  note('Database', `answers after ${databaseMs} ms`, databaseMs <= Number(payload.databaseMsMax));
  note(
    'Queue',
    `${queue.waitingCount} runs wait, the oldest for ${Math.round(queue.oldestWaitingSeconds)} s`,
    queue.oldestWaitingSeconds <= Number(payload.queueSecondsMax),
  );
  note(
    'Scheduler',
    tickAgeSeconds === null ? 'has never ticked' : `last ticked ${Math.round(tickAgeSeconds)} s ago`,
    tickAgeSeconds !== null && tickAgeSeconds <= Number(payload.schedulerSecondsMax),
  );
  const disk = await fs.statfs(process.cwd());
  const freePercent = disk.blocks === 0 ? 100 : Math.round((disk.bavail / disk.blocks) * 100);
  note(
    'Disk',
    `${freePercent} % free on ${os.hostname()}`,
    freePercent >= Number(payload.diskFreePercentMin),
  );

  const result = {
    databaseMs,
    waitingRuns: queue.waitingCount,
    oldestWaitingSeconds: queue.oldestWaitingSeconds,
    schedulerAgeSeconds: tickAgeSeconds,
    workers: countLiveWorkers({ workers }),
    diskFreePercent: freePercent,
    host: os.hostname(),
  };
  if (problems.length > 0) return failed(new NonRetryableError(problems.join('; ')), result);
  return success({ message: 'Everything is well', eventsProcessed: total, result });
}

export const handlers: PluginHandlers = { check };
