import fs from 'node:fs/promises';
import os from 'node:os';
import type { OwnMessage } from '#domain/message.ts';
import { countLiveWorkers } from '#domain/portal-health.ts';
import {
  failed,
  NonRetryableError,
  type Outcome,
  type PluginHandlers,
  type RunContext,
  success,
} from '#plugins/contract.ts';
import { say } from './messages.ts';

/** Checks what the portal itself depends on, and fails if one of them has a problem. */
async function check({ payload, log, progress, readPortalHealth }: RunContext): Promise<Outcome> {
  const total = 4;
  const problems: OwnMessage[] = [];
  let done = 0;
  const note = (name: OwnMessage, finding: OwnMessage, isWell: boolean): void => {
    done += 1;
    log(`${isWell ? 'ok  ' : 'FAIL'} ${finding.text}`);
    progress({ done, total, note: name });
    if (!isWell) problems.push(finding);
  };

  const { databaseMs, queue, tickAgeSeconds, workers } = await readPortalHealth();
  note(
    say('database'),
    say('databaseAnswers', { ms: databaseMs }),
    databaseMs <= Number(payload.databaseMsMax),
  );
  note(
    say('queue'),
    say('queueWaits', { count: queue.waitingCount, seconds: Math.round(queue.oldestWaitingSeconds) }),
    queue.oldestWaitingSeconds <= Number(payload.queueSecondsMax),
  );
  note(
    say('scheduler'),
    tickAgeSeconds === null
      ? say('schedulerNeverTicked')
      : say('schedulerTicked', { seconds: Math.round(tickAgeSeconds) }),
    tickAgeSeconds !== null && tickAgeSeconds <= Number(payload.schedulerSecondsMax),
  );
  const disk = await fs.statfs(process.cwd());
  const freePercent = disk.blocks === 0 ? 100 : Math.round((disk.bavail / disk.blocks) * 100);
  note(
    say('disk'),
    say('diskFree', { percent: freePercent, host: os.hostname() }),
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
  if (problems.length > 0) return failed(new NonRetryableError(say('notWell', { problems })), result);
  return success({ message: say('allWell'), eventsProcessed: total, result });
}

export const handlers: PluginHandlers = { check };
