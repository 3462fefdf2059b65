import { badgeEtag, hasCurrent } from '#features/job-status/badge-etag.ts';
import { requireMember } from '#auth/current-member.ts';
import { errorAnswer } from '#http/http-answer.ts';
import { describeError, writeLog } from '#http/log.ts';

/**
 * What open pages ask for every moment: the number of failing jobs, and by its ETag whether a live page would show anything
 * new. Good answers are not logged, as there is one every second for each open page.
 */
export async function GET(request: Request): Promise<Response> {
  try {
    const { badge } = await requireMember();
    const etag = badgeEtag(badge);
    const headers = { 'Cache-Control': 'no-store', ETag: etag };
    if (hasCurrent(request.headers.get('if-none-match'), etag))
      return new Response(null, { status: 304, headers });
    return Response.json({ failingCount: badge.failingCount, jobCount: badge.jobCount }, { headers });
  } catch (error) {
    const { status, headers, body } = errorAnswer(error);
    if (status === 500) writeLog('error', 'badge', describeError(error));
    return Response.json(body, { status, headers });
  }
}
