import { requireMember } from '#auth/current-member.ts';
import * as api from '#features/job-status/operations.ts';
import { badgeEtag, hasCurrent } from '#features/job-status/badge-etag.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute, serve } from '#http/machine-route.ts';

/** Open pages poll this route: its ETag tells them whether a live page would show anything new. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serve(api.getBadge, requireMember, async ({ request, caller: { badge } }) => {
    const { failingCount, jobCount } = badge;
    const etag = badgeEtag(badge);
    return hasCurrent(request.headers.get('if-none-match'), etag)
      ? jsonAnswer(304, null, { ETag: etag })
      : jsonAnswer(200, { failingCount, jobCount }, { ETag: etag });
  }),
);
