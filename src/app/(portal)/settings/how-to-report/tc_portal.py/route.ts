import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { requireMember } from '#auth/current-member.ts';
import { answerPageError } from '#screens/portal-page.tsx';

/** Returns the Python reporter of this version of the portal. */
export async function GET(): Promise<Response> {
  try {
    await requireMember();
  } catch (error) {
    await answerPageError(error);
    return new Response(null, { status: 503, headers: { 'Retry-After': '10' } });
  }
  const file = await readFile(path.join(process.cwd(), 'clients', 'python', 'tc_portal.py'));
  return new Response(new Uint8Array(file), {
    headers: {
      'Content-Type': 'text/x-python; charset=utf-8',
      'Content-Disposition': 'attachment; filename="tc_portal.py"',
      'Cache-Control': 'no-store',
    },
  });
}
