/**
 * Prefix reads: whatever a read shows is the state after some prefix of the committed history, the one that its
 * zxid names. Stale is allowed, mixtures are not.
 */
import { type Zxid, zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';
import type { Model } from '../src/history/model.ts';
import type { NodeVersion } from '../src/history/model-state.ts';
import { type Ids, isAllowed, shownAcl } from '../src/history/permissions.ts';
import { sameAcl, sameBytes, sameStat } from '../src/history/same.ts';
import type { FactOf } from '../src/io/fact.ts';
import type { MultiResult, Request, Response } from '../src/wire/client-messages.ts';
import { ErrorCode, Permission, type ResultCode } from '../src/wire/words.ts';

/** A read of one path. */
interface PathRead {
  readonly kind:
    'exists' | 'getData' | 'getChildren' | 'getChildren2' | 'getACL' | 'getAllChildrenNumber' | 'getEphemerals';
  readonly path: string;
}
type Read = PathRead | Extract<Request, { readonly kind: 'multiRead' }> | { readonly kind: 'whoAmI' };

/** The state that an answer claims to show, and who asked. */
interface Shown {
  readonly model: Model;
  readonly zxid: Zxid;
  readonly ids: Ids;
}

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
    const read = readIn(op.request);
    if (read === null) return;
    if ('path' in read && read.path === '/zookeeper/config' && history.model.nodeAt(read.path, fact.zxid) === undefined) {
      this.exempt('configuration');
      return;
    }
    const problem = this.problem(read, fact, { model: history.model, zxid: fact.zxid, ids: op.ids });
    if (problem === 'unjudged') return;
    this.judged++;
    if (problem === null) return;
    const what = 'path' in op.request ? `${op.request.kind} ${op.request.path}` : op.request.kind;
    this.violate(
      `session ${fact.sessionId}: ${what} (${op.cxid}) as of ${zxidToPair(fact.zxid)} ${problem}`,
      at,
      op.invokedStep,
    );
  }

  /** What is wrong with the answer; null: nothing. */
  private problem(request: Read, fact: FactOf<'replied'>, shown: Shown): string | null {
    const { err, response } = fact;
    if (err === ErrorCode.SESSIONEXPIRED || err === ErrorCode.SESSIONMOVED) {
      this.exempt('session-gone');
      return 'unjudged';
    }
    if (fact.err === ErrorCode.THROTTLEDOP) {
      this.exempt('throttled');
      return 'unjudged';
    }
    switch (request.kind) {
      case 'whoAmI':
        return err === ErrorCode.OK ? null : `is refused with ${err}`;
      case 'getEphemerals': {
        const isAll = request.path.trim() === '' || request.path === '/';
        const own = shown.model.ephemeralsAt(fact.sessionId, shown.zxid);
        const due = own.filter((path) => isAll || path.startsWith(request.path));
        const isDue = response !== null && 'paths' in response && isSameSet(response.paths, new Set(due));
        return isDue ? null : `does not show the ephemerals ${due.join(' ')}`;
      }
      case 'multiRead': {
        const results = response !== null && 'results' in response ? response.results : [];
        if (err !== ErrorCode.OK || results.length !== request.ops.length)
          return `is answered ${err} with ${results.length} results`;
        for (const [i, op] of request.ops.entries()) {
          const result = results[i] ?? null;
          const refusal = result?.kind === 'error' ? result.err : err;
          const problem = this.pathProblem(op, refusal, result?.kind === 'error' ? null : result, shown);
          if (problem !== null) return problem;
        }
        return null;
      }
      default:
        return this.pathProblem(request, err, response, shown);
    }
  }

  private pathProblem(
    request: PathRead,
    err: ResultCode,
    response: Response | MultiResult | null,
    shown: Shown,
  ): string | null {
    const path = request.path === '' ? '/' : request.path;
    const { model, zxid, ids } = shown;
    if (request.kind === 'exists' && path.includes('\0'))
      return err === ErrorCode.BADARGUMENTS ? null : 'accepts a bad path';
    const node = model.nodeAt(path, zxid);
    if (node === undefined) return err === ErrorCode.NONODE ? null : `finds (${err}) what does not exist then`;
    const permissions = request.kind === 'getACL' ? Permission.READ | Permission.ADMIN : Permission.READ;
    const allowed = isAllowed(node.acl, permissions, ids, model.rules);
    if (allowed === undefined) {
      this.exempt('identities');
      return 'unjudged';
    }
    if (!allowed) return err === ErrorCode.NOAUTH ? null : `is answered ${err} where one may not read`;
    if (err !== ErrorCode.OK || response === null) return `is refused with ${err}`;
    return difference(response, path, node, shown);
  }
}

/** The request as a read; null if it is none. */
function readIn(request: Request): Read | null {
  switch (request.kind) {
    case 'exists':
    case 'getData':
    case 'getChildren':
    case 'getChildren2':
      return request;
    case 'getACL':
    case 'getAllChildrenNumber':
    case 'getEphemerals':
      return { kind: request.kind, path: request.path };
    case 'multiRead':
      return request;
    case 'whoAmI':
      return { kind: request.kind };
    default:
      return null;
  }
}

function difference(response: Response | MultiResult, path: string, node: NodeVersion, shown: Shown): string | null {
  const { model, zxid, ids } = shown;
  const { data, acl } = node;
  const stat = model.statAt(path, zxid);
  if (stat === undefined) return 'finds what does not exist then';
  if ('stat' in response && !sameStat(response.stat, stat))
    return `shows a stat of ${JSON.stringify(response.stat)}, not of ${JSON.stringify(stat)}`;
  if ('data' in response && !sameBytes(response.data, data))
    return `shows data "${text(response.data)}", not "${text(data)}"`;
  if ('acl' in response && !sameAcl(response.acl, shownAcl(acl, ids, model.rules) ?? response.acl))
    return 'shows another list of permissions';
  if ('total' in response && response.total !== model.countBelow(path, zxid))
    return `counts ${response.total} nodes below, not ${model.countBelow(path, zxid)}`;
  if ('children' in response && !isSameSet(response.children, model.childrenAt(path, zxid))) {
    const due = [...(model.childrenAt(path, zxid) ?? [])];
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
  codes: ['P7'],
  kind: 'safety',
  promise:
    'Every read shows exactly the state after the transaction that its answer names, and that transaction is committed.',
  source: "programmer's guide, consistency guarantees: atomicity, single system image; ZOOKEEPER-1154, 2845, 4712",
  reads: ['replied'],
  exemptions: [
    {
      name: 'configuration',
      source: 'the first configuration is written by the servers themselves, in no transaction',
    },
    { name: 'session-gone', source: 'a request of a session that ended is refused' },
    {
      name: 'throttled',
      source: "administrator's guide, throttled_op_wait_time: a request that has waited for too long is refused",
    },
    {
      name: 'identities',
      source: 'what a list of permissions allows may depend on who asks, which facts do not tell',
    },
  ],
  mutants: [
    'closed-in-name-only', 'nobody-s-ephemerals', 'cversion-stuck', 'pzxid-stuck', 'newer-than-it-says',
    'late-credentials',
  ],
  create: (): Judge => new PrefixReads(),
};
