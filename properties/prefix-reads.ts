/**
 * Prefix reads: whatever a read shows is the state after some prefix of the committed history, the one that its
 * zxid names. Stale is allowed, mixtures are not.
 */
import { zxidToPair } from '../src/base/zxid.ts';
import { isAllowed } from '../src/history/decide.ts';
import type { History } from '../src/history/history.ts';
import { type At, Judge, type JudgedFact, type Property } from '../src/history/judge.ts';
import { sameAcl, sameBytes, sameStat } from '../src/history/same.ts';
import type { Zxid } from '../src/base/zxid.ts';
import type { FactOf } from '../src/io/fact.ts';
import type { Request, Response } from '../src/wire/client-messages.ts';
import { type Acl, ErrorCode, Permission } from '../src/wire/words.ts';

type Read = Extract<
  Request,
  {
    readonly path: string;
    readonly kind:
      'exists' | 'getData' | 'getChildren' | 'getChildren2' | 'getACL' | 'sync' | 'getAllChildrenNumber' | 'getEphemerals';
  }
>;

class PrefixReads extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    const { op } = history;
    if (fact.kind !== 'replied' || op === null) return;
    if (!history.isKnownZxid(fact.zxid)) {
      if (op.isWrite) return;
      this.violate(
        `session ${fact.sessionId}: ${op.request.kind} (${op.cxid}) is answered as of ` +
          `${zxidToPair(fact.zxid)}, which is not committed`,
        at,
        op.invokedStep,
      );
      return;
    }
    if (!isRead(op.request)) return;
    if (op.request.path.startsWith('/zookeeper')) {
      this.exempt('system-nodes');
      return;
    }
    const problem = this.problem(op.request, fact, history);
    if (problem === 'unjudged') return;
    this.judged++;
    if (problem === null) return;
    this.violate(
      `session ${fact.sessionId}: ${op.request.kind} ${op.request.path} (${op.cxid}) as of ${zxidToPair(fact.zxid)} ${problem}`,
      at,
      op.invokedStep,
    );
  }

  /** What is wrong with the answer; null: nothing. */
  private problem(request: Read, fact: FactOf<'replied'>, history: History): string | null {
    const path = request.path === '' ? '/' : request.path;
    const node = history.model.nodeAt(path, fact.zxid);
    if (fact.err === ErrorCode.SESSIONEXPIRED || fact.err === ErrorCode.SESSIONMOVED) {
      this.exempt('session-gone');
      return 'unjudged';
    }
    if (fact.err === ErrorCode.THROTTLEDOP) {
      this.exempt('throttled');
      return 'unjudged';
    }
    if (node === undefined) return fact.err === ErrorCode.NONODE ? null : `finds (${fact.err}) what does not exist then`;
    const allowed = this.isReadable(request, node.acl);
    if (allowed === undefined) {
      this.exempt('identities');
      return 'unjudged';
    }
    if (!allowed) return fact.err === ErrorCode.NOAUTH ? null : `is answered ${fact.err} where nobody may read`;
    if (fact.err !== ErrorCode.OK || fact.response === null) return `is refused with ${fact.err}`;
    return difference(fact.response, path, fact.zxid, node.data, node.acl, history);
  }

  private isReadable(request: Read, acl: readonly Acl[]): boolean | undefined {
    return isAllowed(acl, request.kind === 'getACL' ? Permission.READ | Permission.ADMIN : Permission.READ);
  }
}

function isRead(request: Request): request is Read {
  switch (request.kind) {
    case 'exists':
    case 'getData':
    case 'getChildren':
    case 'getChildren2':
    case 'getACL':
      return true;
    default:
      return false;
  }
}

function difference(
  response: Response,
  path: string,
  zxid: Zxid,
  data: Uint8Array | null,
  acl: readonly Acl[],
  history: History,
): string | null {
  const stat = history.model.statAt(path, zxid);
  if (stat === undefined) return 'finds what does not exist then';
  if ('stat' in response && !sameStat(response.stat, stat))
    return `shows a stat of ${JSON.stringify(response.stat)}, not of ${JSON.stringify(stat)}`;
  if ('data' in response && !sameBytes(response.data, data))
    return `shows data "${text(response.data)}", not "${text(data)}"`;
  if ('acl' in response && !sameAcl(response.acl, acl)) return 'shows another list of permissions';
  if ('children' in response && !isSameSet(response.children, history.model.childrenAt(path, zxid))) {
    const due = [...(history.model.childrenAt(path, zxid) ?? [])];
    return `shows the children ${response.children.join(' ')}, not ${due.join(' ')}`;
  }
  return null;
}

function text(bytes: Uint8Array | null): string {
  return bytes === null ? '(null)' : new TextDecoder().decode(bytes.subarray(0, 64));
}

/** Each name once, in any order. */
function isSameSet(names: readonly string[], due: ReadonlySet<string> | undefined): boolean {
  if (due === undefined || names.length !== due.size) return false;
  for (const name of names) if (!due.has(name)) return false;
  return names.length < 2 || new Set(names).size === names.length;
}

/** P7. */
export const prefixReads: Property = {
  name: 'prefix-reads',
  kind: 'safety',
  promise:
    'Every read shows exactly the state after the transaction that its answer names, and that transaction is committed.',
  source: "programmer's guide, consistency guarantees: atomicity, single system image; ZOOKEEPER-1154, 2845, 4712",
  reads: ['replied'],
  exemptions: [
    { name: 'system-nodes', source: 'what is under /zookeeper is kept by the servers themselves' },
    { name: 'session-gone', source: 'a request of a session that ended is refused' },
    {
      name: 'throttled',
      source: "administrator's guide, throttled_op_wait_time: a request that has waited for too long is refused",
    },
    { name: 'identities', source: 'what a list of permissions allows may depend on who asks, which facts do not tell' },
  ],
  mutants: [],
  create: (): Judge => new PrefixReads(),
};
