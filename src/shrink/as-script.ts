/**
 * Clients that follow a recipe, as scripts: what they asked for in one run, request by request. A recipe asks for much that a
 * failure does not need, and none of it can be left out; of a script each operation can.
 */
import type { ScriptedOperation, ScriptedRequest } from '../client/script.ts';
import type { NodeId } from '../io/event.ts';
import type { Event } from '../io/event.ts';
import { withClient } from '../plan/plan-edits.ts';
import type { Plan } from '../plan/plan.ts';
import { FIRST_CLIENT } from '../plan/plan.ts';
import type { Request } from '../wire/client-messages.ts';
import type { Message } from '../wire/message.ts';
import type { TraceSink } from '../world/trace.ts';

/** A trace that keeps what each client asked for, and when. */
export class AskedSink implements TraceSink {
  private readonly asked: Map<NodeId, { readonly timeUs: number; readonly request: Request }[]> = new Map();
  private readonly startedUs: Map<NodeId, number> = new Map();

  event(_step: number, timeUs: number, node: NodeId, event: Event): void {
    if (event.kind === 'start' && !this.startedUs.has(node)) this.startedUs.set(node, timeUs);
  }

  sent(_step: number, timeUs: number, from: NodeId, _to: NodeId, message: Message): void {
    if (message.kind !== 'request' || message.xid <= 0) return;
    const before = this.asked.get(from);
    if (before === undefined) this.asked.set(from, [{ timeUs, request: message.request }]);
    else before.push({ timeUs, request: message.request });
  }

  /** The plan in which client `index` asks for the same by a script; null if it has one, or asked for what no script says. */
  scripted(plan: Plan, index: number): Plan | null {
    const client = plan.clients[index];
    if (client?.recipe === undefined) return null;
    const { servers, sessionTimeoutMs, closeAtEnd } = client;
    const operations: ScriptedOperation[] = [];
    let beforeUs = this.startedUs.get(FIRST_CLIENT + index) ?? 0;
    for (const { timeUs, request } of this.asked.get(FIRST_CLIENT + index) ?? []) {
      const scripted = inScript(request);
      if (scripted === null) return null;
      operations.push({ afterMs: Math.floor((timeUs - beforeUs) / 1000), waitForReply: true, request: scripted });
      beforeUs = timeUs;
    }
    return withClient(plan, index, { servers, sessionTimeoutMs, closeAtEnd, operations });
  }
}

/** As a script says it; null where a recipe asks for nothing of the kind. */
function inScript(request: Request): ScriptedRequest | null {
  switch (request.kind) {
    case 'create':
      return { kind: request.kind, path: request.path, flags: request.flags };
    case 'delete':
      return { kind: 'delete', path: request.path, version: request.version };
    case 'exists':
    case 'getData':
    case 'getChildren':
      return { kind: request.kind, path: request.path, watch: request.watch };
    case 'sync':
      return { kind: 'sync', path: request.path };
    case 'closeSession':
      return { kind: 'closeSession' };
    default:
      return null;
  }
}
