import { redirect } from 'next/navigation';
import { requireMember } from '#auth/current-member.ts';
import { portalPage } from '#screens/portal-page.tsx';

export default portalPage(async () => {
  const { role } = await requireMember();
  redirect(role === 'admin' ? '/settings/members' : '/settings/how-to-report');
});
