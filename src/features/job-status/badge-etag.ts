import type { BadgeState } from '#auth/current-member.ts';

/** The entity tag of the badge's answer. */
export function badgeEtag(badge: BadgeState): string {
  return `"${badge.version}"`;
}

/** Whether a client that sends this If-None-Match has the current answer. A proxy may have weakened its tag. */
export function hasCurrent(ifNoneMatch: string | null, etag: string): boolean {
  return (ifNoneMatch ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === etag || tag === '*');
}
