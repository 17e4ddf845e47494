/**
 * Small histories for the tests of judges: an ensemble of three that writes its facts down one by one. Each helper states
 * what the servers of a healthy ensemble would state; a test then leaves something out, or says something that must not
 * be.
 */
import { NO_SESSION, parseSessionId, type SessionId } from '../base/session-id.ts';
import { present } from '../base/invariant.ts';
import { makeZxid, ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Request, Response } from '../wire/client-messages.ts';
import type { Digest, Txn, TxnBody } from '../wire/transactions.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import type { Expectations } from './expectations.ts';
import type { Property } from './judge.ts';
import { Panel, type PropertyReport } from './panel.ts';

/** Three voters, an observer (4), two clients. */
export const TRIO: Expectations = {
  voters: [1, 2, 3],
  observers: [4],
  spares: [],
  clients: [1001, 1002],
  tickTimeMs: 100,
  heals: true,
  settleMs: 1000,
  answerMs: 500,
  timelyMs: 1000,
  clockDriftPerMille: 10,
  mayHalt: false,
  crossChecks: true,
};

/** A session id that ends with `number`. */
export function sessionOf(number: number): SessionId {
  return present(parseSessionId(number.toString(16).padStart(16, '0')), 'a session id');
}

/** The session of client 1001. */
export const ALICE: SessionId = sessionOf(0xa11ce);
/** The session of client 1002. */
export const BOB: SessionId = sessionOf(0xb0b);

/** UTF-8. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A transaction whose bytes tell it from others. */
export function txn(
  epoch: number,
  counter: number,
  body: TxnBody,
  clientId: SessionId = NO_SESSION,
  cxid = 0,
  salt = '',
): Txn {
  const zxid = makeZxid(epoch, counter);
  return {
    clientId,
    cxid,
    zxid,
    time: counter * 10,
    body,
    digest: null,
    bytes: bytes(`${zxid}/${clientId}/${cxid}/${JSON.stringify(body)}${salt}`),
  };
}

/** The transaction of a plain create. */
export function created(
  path: string,
  parentCVersion: number,
  options: { readonly ephemeral?: boolean; readonly data?: string } = {},
): TxnBody {
  return {
    kind: 'create',
    path,
    data: bytes(options.data ?? ''),
    acl: OPEN_ACL_UNSAFE,
    ephemeral: options.ephemeral ?? false,
    parentCVersion,
  };
}

/** The request for it. */
export function createRequest(path: string, flags = 0, data = ''): Request {
  return { kind: 'create', path, data: bytes(data), acl: OPEN_ACL_UNSAFE, flags };
}

/** A tree's digest that only depends on the zxid. */
export function digestOf(zxid: Zxid): Digest {
  return { high: 1, low: zxid % 0x1_0000_0000 };
}

/** A panel with one property, and the verbs of an ensemble. */
export class Script {
  readonly panel: Panel;
  timeMs = 0;
  step = 0;

  constructor(property: Property, expectations: Partial<Expectations> = {}) {
    this.panel = new Panel([property], { ...TRIO, ...expectations });
  }

  say(node: NodeId, fact: Fact): this {
    this.step++;
    this.panel.see(fact, node, this.timeMs, this.step);
    return this;
  }

  after(ms: number): this {
    this.timeMs += ms;
    return this;
  }

  /** `nodes` find nothing, or what is said, on their disks. */
  recover(nodes: readonly NodeId[], lastZxid: Zxid = ZXID_ZERO, acceptedEpoch = 0, currentEpoch = 0): this {
    for (const node of nodes) {
      this.say(node, {
        kind: 'recovered',
        lastZxid,
        digest: digestOf(lastZxid),
        acceptedEpoch,
        currentEpoch,
        tornTail: false,
      });
    }
    return this;
  }

  crash(...nodes: readonly NodeId[]): this {
    for (const node of nodes) this.say(0, { kind: 'crashed', node, cause: 'power', detail: '' });
    return this;
  }

  /** `followers` and then `leader` make `epoch` their own; the leader is established on its log, which ends at `lastZxid`. */
  establish(leader: NodeId, followers: readonly NodeId[], epoch: number, lastZxid: Zxid = ZXID_ZERO): this {
    for (const node of [leader, ...followers]) this.join(node, leader, epoch);
    this.say(leader, { kind: 'established', epoch, lastZxid });
    this.say(leader, { kind: 'role', role: 'LEADING', epoch });
    for (const node of followers) this.serve(node, leader, epoch);
    return this;
  }

  /** Accepts and adopts the epoch, and acknowledges it. */
  join(node: NodeId, leader: NodeId, epoch: number): this {
    this.say(node, { kind: 'acceptedEpoch', epoch });
    this.say(node, { kind: 'currentEpoch', epoch });
    return this.say(node, { kind: 'acked', zxid: makeZxid(epoch, 0), to: leader });
  }

  serve(node: NodeId, leader: NodeId, epoch: number): this {
    this.say(node, { kind: 'synchronized', leader, epoch, mode: 'DIFF' });
    return this.say(node, { kind: 'role', role: 'FOLLOWING', epoch });
  }

  propose(leader: NodeId, entry: Txn): this {
    return this.say(leader, { kind: 'proposed', txn: entry });
  }

  /** Logged and synced. */
  log(nodes: readonly NodeId[], entry: Txn): this {
    for (const node of nodes) {
      this.say(node, { kind: 'appended', txn: entry });
      this.say(node, { kind: 'durable', zxid: entry.zxid });
    }
    return this;
  }

  apply(nodes: readonly NodeId[], entry: Txn): this {
    for (const node of nodes) this.say(node, { kind: 'applied', txn: entry, digest: digestOf(entry.zxid) });
    return this;
  }

  commit(leader: NodeId, entry: Txn): this {
    return this.say(leader, { kind: 'committed', txn: entry });
  }

  /** The whole way of a write through servers 1 (leading), 2 and 3. */
  write(entry: Txn, leader: NodeId = 1, nodes: readonly NodeId[] = [1, 2, 3]): this {
    return this.propose(leader, entry).log(nodes, entry).commit(leader, entry).apply(nodes, entry);
  }

  /** Server 1 leads epoch 1 from nothing; two sessions stand, of clients 1001 and 1002: zxids 1:1 and 1:2. */
  begin(): this {
    this.recover([1, 2, 3]).establish(1, [2, 3], 1);
    for (const [i, session] of [ALICE, BOB].entries()) {
      this.write(txn(1, i + 1, { kind: 'createSession', timeoutMs: 400 }, session));
      this.say(1001 + i, {
        kind: 'sessionConnected',
        sessionId: session,
        server: 2,
        timeoutMs: 400,
        resumed: false,
        lastZxidSeen: ZXID_ZERO,
      });
    }
    return this;
  }

  invoke(session: SessionId, cxid: number, request: Request): this {
    return this.say(session === BOB ? 1002 : 1001, { kind: 'invoked', sessionId: session, cxid, request });
  }

  reply(session: SessionId, cxid: number, zxid: Zxid, response: Response | null = null, err = 0): this {
    return this.say(session === BOB ? 1002 : 1001, { kind: 'replied', sessionId: session, cxid, zxid, err, response });
  }

  /** What the judge says; the run is over. */
  end(): PropertyReport {
    this.panel.finish(this.timeMs);
    return present(this.panel.reports()[0], 'one property is judged');
  }
}

/** One small history, and what its judge must say: a pattern for the first violation, or null for none. */
export type Case = readonly [name: string, violation: RegExp | null, tell: (script: Script) => Script];

/** The least interface of a uvu suite that `judgeCases` needs. */
type Suite = (name: string, run: () => void) => void;

/** A test for each case; and one that the judge was seen both to hold something and to miss nothing. */
export function judgeCases(
  test: Suite,
  property: Property,
  expectations: Partial<Expectations>,
  cases: readonly Case[],
): void {
  for (const [name, violation, tell] of cases) {
    test(`${property.name}: ${name}`, () => {
      const report = tell(new Script(property, expectations)).end();
      const sentences = report.violations.map((entry) => entry.sentence).join('\n');
      if (violation === null && sentences !== '') throw new Error(`held, but the judge says: ${sentences}`);
      if (violation !== null && !violation.test(sentences))
        throw new Error(`violated, but the judge says: ${sentences === '' ? report.verdict : sentences}`);
    });
  }
  test(`${property.name}: is put to the test, and can fail`, () => {
    const held = cases
      .filter(([, violation]) => violation === null)
      .map(([, , tell]) => tell(new Script(property, expectations)).end());
    if (!held.some((report) => report.judged > 0 && report.verdict === 'held')) throw new Error('no case shows it held');
    if (!cases.some(([, violation]) => violation !== null)) throw new Error('no case shows it violated');
  });
}
