/**
 * A run over the variables of the published specification of Zab (`Zab.tla` in the repository of ZooKeeper, protocol-spec),
 * and a module with which TLC looks for a behaviour of the specification that shows the same. What is compared of each
 * server are its state, its epochs, the zxids of its history and how much of it is committed; all else (messages, what a
 * leader has counted) TLC finds for itself. docs/trace-validation.md says how the facts of a run become these, and where the
 * two are known to differ.
 */
import { counterOf, epochOf, type Zxid, ZXID_ZERO } from '../base/zxid.ts';
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import { type Line, type Observed, TracedServer } from './tla-server.ts';

/** The most that TLC is asked to follow; epochs beyond that have no place in the specification. */
export const EPOCHS_MAX = 10;

/** Watches a run through its facts and is a module afterwards. */
export class TlaTrace {
  /** A crash took what others had already: in the specification, disks lose nothing. */
  hasLost = false;
  private readonly servers: Map<NodeId, TracedServer> = new Map();
  private facts = 0;

  constructor(servers: readonly NodeId[]) {
    for (const id of servers) this.servers.set(id, new TracedServer(id));
  }

  /** A fact that `node` stated, or that is about it. */
  see(fact: Fact, node: NodeId): void {
    const server = this.servers.get(fact.kind === 'crashed' ? fact.node : node);
    if (server === undefined) return;
    this.facts += 1;
    server.now = this.facts;
    this.tell(server, fact);
  }

  /** How many states of servers there are to follow. */
  get length(): number {
    return [...this.servers.values()].reduce((sum, server) => sum + server.lines().length, 0);
  }

  /** The highest epoch that any server has accepted. */
  get highestEpoch(): number {
    return Math.max(0, ...[...this.servers.values()].flatMap((server) => server.lines().map(({ shown }) => shown.acceptedEpoch)));
  }

  /** The module `name`, which extends the specification's. */
  module(name: string): string[] {
    const all = [...this.servers.values()].map((server) => ({ name: `s${server.id}`, lines: server.lines() }));
    const names = all.map((each) => each.name);
    const table = (entry: (line: Line) => string): string => all.map((each) => {
      return `  ${each.name} :> << ${each.lines.map(entry).join(',\n           ')} >>`;
    }).join(' @@\n');
    return [
      `---- MODULE ${name} ----`,
      'EXTENDS Zab',
      `CONSTANTS ${names.join(', ')}`,
      'VARIABLE at',
      '',
      '\\* What each server showed, in its order: state, acceptedEpoch, currentEpoch, zxids of the history,',
      '\\* and committed index while it serves.',
      'Shown ==',
      table(({ shown }) => observedText(shown)),
      '',
      '\\* What the others, in this order, had shown at least when it showed that.',
      `Others == << ${names.join(', ')} >>`,
      'Behind ==',
      table((line) => `<<${all.map(({ lines }) => countBefore(line, lines)).join(', ')}>>`),
      '',
      'ShownBy(i) == << state[i], acceptedEpoch[i], currentEpoch[i],',
      '                 [k \\in 1..Len(history[i]) |-> history[i][k].zxid],',
      '                 IF zabState[i] = BROADCAST THEN lastCommitted[i].index ELSE 0 >>',
      '',
      '\\* No bounds of the specification\'s own: the run is the bound.',
      'NoBounds == << >>',
      'TraceInit == Init /\\ at = [i \\in Server |-> 1]',
      '\\* A step of the specification after which every server shows what it showed, or what it showed next.',
      'TraceNext ==',
      '  /\\ Next',
      "  /\\ at' = [i \\in Server |-> IF ShownBy(i)' = Shown[i][at[i]] THEN at[i] ELSE at[i] + 1]",
      "  /\\ \\A i \\in Server: at'[i] <= Len(Shown[i]) /\\ ShownBy(i)' = Shown[i][at'[i]]",
      "  /\\ \\A i \\in Server: \\A n \\in 1..Len(Others): at'[Others[n]] >= Behind[i][at'[i]][n]",
      'TraceSpec == TraceInit /\\ [][TraceNext]_<<vars, at>>',
      '',
      '\\* The way that a state was come to does not tell it from another.',
      'TraceView == <<serverVars, leaderVars, followerVars, electionVars, msgVars, at>>',
      '\\* Violated where everything shown was followed to its end: that is what is wanted.',
      'NotFollowed == \\E i \\in Server: at[i] < Len(Shown[i])',
      '====',
    ];
  }

  /** The configuration for TLC that goes with the module. */
  config(): string[] {
    const names = [...this.servers.keys()].map((id) => `s${id}`);
    const words = [
      'LOOKING', 'FOLLOWING', 'LEADING', 'ELECTION', 'DISCOVERY', 'SYNCHRONIZATION', 'BROADCAST', 'CEPOCH', 'NEWEPOCH',
      'ACKEPOCH', 'NEWLEADER', 'ACKLD', 'COMMITLD', 'PROPOSE', 'ACK', 'COMMIT',
      ...names,
    ];
    return [
      'SPECIFICATION TraceSpec', 'INVARIANT NotFollowed', 'VIEW TraceView', 'CHECK_DEADLOCK FALSE', 'CONSTANTS',
      ...words.map((word) => `  ${word} = ${word}`),
      `  Server = {${names.join(', ')}}`,
      '  Parameters <- NoBounds',
      '  \\* Nobody: any value that is no server.',
      '  NullPoint = NullPoint',
    ];
  }

  private tell(server: TracedServer, fact: Fact): void {
    switch (fact.kind) {
      case 'elected':
        server.elect(fact.leader === server.id);
        return;
      case 'role':
        if (fact.role === 'LOOKING') server.leave();
        return;
      case 'acceptedEpoch':
        server.accept(fact.epoch);
        return;
      case 'currentEpoch':
        server.adopt(fact.epoch);
        return;
      case 'appended':
        server.append(fact.txn.zxid);
        return;
      case 'durable':
        server.sync(fact.zxid);
        return;
      case 'truncated':
        server.cut(fact.zxid);
        return;
      case 'snapshotInstalled':
        server.install(this.logUpTo(fact.zxid), fact.zxid);
        return;
      case 'established':
      case 'synchronized':
        server.serve();
        return;
      case 'committed':
        server.commit(fact.txn.zxid);
        return;
      case 'applied':
        server.apply(fact.txn.zxid);
        return;
      case 'crashed':
        server.applied = ZXID_ZERO;
        server.leave();
        return;
      case 'recovered':
        this.recover(server, fact.lastZxid);
        return;
      default:
        return;
    }
  }

  /** The log of a server that has this transaction, as far as that. A snapshot says no more. */
  private logUpTo(zxid: Zxid): readonly Zxid[] {
    for (const { log } of this.servers.values()) {
      const at = log.indexOf(zxid);
      if (at >= 0) return log.slice(0, at + 1);
    }
    return [];
  }

  private recover(server: TracedServer, lastZxid: Zxid): void {
    const others = [...this.servers.values()].filter((each) => each !== server);
    const lost = server.recover(lastZxid);
    if (lost.some((zxid) => others.some(({ log }) => log.includes(zxid)))) this.hasLost = true;
  }
}

/** Of these lines, as far as which they were shown before: at least the first. */
function countBefore({ epoch, stamp }: Line, lines: readonly Line[]): number {
  if (stamp === null) return 1;
  return 1 + lines.findLastIndex((other, index) => index === 0 || (other.epoch === epoch && (other.stamp ?? stamp) < stamp));
}

function observedText({ state, acceptedEpoch, currentEpoch, history, committed }: Observed): string {
  const zxids = history.map((zxid) => `<<${epochOf(zxid)}, ${counterOf(zxid)}>>`);
  return `<< ${state}, ${acceptedEpoch}, ${currentEpoch}, <<${zxids.join(', ')}>>, ${committed} >>`;
}
