import type { BadgeState } from '#auth/current-member.ts';

/** Returns the ETag of the badge's response. */
export function badgeEtag(badge: BadgeState): string {
  return `"${badge.version}"`;
}

/** Returns whether a client with this If-None-Match has the current response. A proxy may have weakened the tag. */
export function hasCurrent(ifNoneMatch: string | null, etag: string): boolean {
  return (ifNoneMatch ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === etag || tag === '*');
}
