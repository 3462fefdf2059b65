import type { ReactNode } from 'react';
import { FailingBadge } from '#features/job-status/components/sidebar-badge.tsx';
import { requireMember } from '#auth/current-member.ts';
import { answerPageError } from '#screens/portal-page.tsx';
import { PortalShell } from './portal-shell.tsx';

export default async function PortalLayout({ children }: { children: ReactNode }) {
  const outcome = await requireMember().then(
    (member) => ({ member }),
    async (error: unknown) => ({ answer: await answerPageError(error) }),
  );
  // The user is unknown then. The frame and the menu stay, so that navigation keeps working.
  if ('answer' in outcome) return <PortalShell member={null}>{outcome.answer}</PortalShell>;
  return (
    <PortalShell member={outcome.member} failingBadge={<FailingBadge />}>
      {children}
    </PortalShell>
  );
}
