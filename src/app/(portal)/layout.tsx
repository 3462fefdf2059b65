import type { ReactNode } from 'react';
import { IncidentBadge } from '#features/incidents/components/incident-badge.tsx';
import { requireMember } from '#features/kit/current-member.ts';
import { answerPageError } from '#features/kit/portal-page.tsx';
import { PortalShell } from '#features/session/components/portal-shell.tsx';

export default async function PortalLayout({ children }: { children: ReactNode }) {
  const outcome = await requireMember().then(
    (member) => ({ member }),
    async (error: unknown) => ({ answer: await answerPageError(error) }),
  );
  if ('answer' in outcome) return <main className="p-4">{outcome.answer}</main>;
  return (
    <PortalShell member={outcome.member} incidentBadge={<IncidentBadge />}>
      {children}
    </PortalShell>
  );
}
