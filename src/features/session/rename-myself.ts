import { unwrapMaybe } from '#data/unwrap.ts';
import type { CurrentMember } from '#auth/current-member.ts';

/** Changes the signed-in user's display name; if it is empty, the email is shown. */
export async function renameMyself({ client }: CurrentMember, displayName: string): Promise<void> {
  unwrapMaybe(await client.rpc('rename_myself', { p_display_name: displayName }));
}
