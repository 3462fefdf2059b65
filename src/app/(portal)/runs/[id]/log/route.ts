import { getTranslations } from 'next-intl/server';
import { NotFoundError } from '#domain/errors.ts';
import { requireMember } from '#auth/current-member.ts';
import { errorAnswer } from '#http/http-answer.ts';
import { describeError, writeLog } from '#http/log.ts';
import { downloadHeaders, logText } from '#features/runs/log-text.ts';
import { getRun } from '#features/runs/queries.ts';

/** Returns a run's log as a text file to save. */
export async function GET(_request: Request, { params }: RouteContext<'/runs/[id]/log'>): Promise<Response> {
  try {
    const run = await getRun(await requireMember(), (await params).id);
    if (run.log === null) throw new NotFoundError('This run has no log');
    const t = await getTranslations('runs.log');
    const text = logText(run.log, t('cut', { count: run.log.cutCharacters }));
    return new Response(text, { headers: downloadHeaders(run.job.jobKey, run.orderedAt) });
  } catch (error) {
    const { status, headers, body } = errorAnswer(error);
    if (status === 500) writeLog('error', 'log_download', describeError(error));
    return Response.json(body, { status, headers });
  }
}
