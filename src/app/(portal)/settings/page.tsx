import { redirect } from 'next/navigation';
import { requireMember } from '#features/kit/current-member.ts';
import { portalPage } from '#features/kit/portal-page.tsx';

export default portalPage(async () => {
  const { role } = await requireMember();
  redirect(role === 'admin' ? '/settings/members' : '/settings/how-to-report');
});
