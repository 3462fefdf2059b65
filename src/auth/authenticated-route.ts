import { type BoundOperation, type Call, serve } from '#http/machine-route.ts';
import type { AnswerOf, Operation } from '#http/operation.ts';
import { type Actor, type AdminActor, requireAdmin } from './actor.ts';
import { requireActor } from './authenticate-request.ts';

type ActorOf<O extends Operation> = O['access'] extends 'admin' ? AdminActor : Actor;

/** Binds an operation for users and API keys, and accepts only those that it declares. */
export function serveActor<const O extends Operation & { access: 'read' | 'admin' | 'start' }>(
  operation: O,
  handle: (call: Call<O, ActorOf<O>>) => Promise<AnswerOf<O>>,
): BoundOperation {
  async function authorize(request: Request): Promise<ActorOf<O>> {
    const actor = await requireActor(request);
    // The verb knows which jobs staff can start; a key without the scope admin can start none.
    const isForAdmins =
      operation.access === 'admin' || (operation.access === 'start' && actor.userId === null);
    return (isForAdmins ? requireAdmin(actor) : actor) as ActorOf<O>;
  }
  return serve(operation, authorize, handle as (call: Call<O>) => Promise<AnswerOf<O>>);
}
