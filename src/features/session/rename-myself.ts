import { unwrapMaybe } from '#data/unwrap.ts';
import type { CurrentMember } from '#auth/current-member.ts';

/** Changes the name under which the signed-in person is shown; empty shows the address. */
export async function renameMyself({ client }: CurrentMember, displayName: string): Promise<void> {
  unwrapMaybe(await client.rpc('rename_myself', { p_display_name: displayName }));
}
