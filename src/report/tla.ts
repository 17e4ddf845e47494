/**
 * A run over the variables of the published specification of Zab (`Zab.tla` in the repository of ZooKeeper, protocol-spec),
 * and a module with which TLC looks for a behaviour of the specification that shows the same. What is compared of each
 * server are its state, its epochs, the zxids of its history and how much of it is committed; all else (messages, what a
 * leader has counted) TLC finds for itself. docs/trace-validation.md says how the facts of a run become these, and where the
 * two are known to differ.
 */
import { counterOf, epochOf, type Zxid } from '../base/zxid.ts';
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';

/** What is compared of one server. */
interface Observed {
  state: 'LOOKING' | 'FOLLOWING' | 'LEADING';
  acceptedEpoch: number;
  currentEpoch: number;
  history: readonly Zxid[];
  committed: number;
}

/** What a server stated, before it is put in the specification's words. */
class Server {
  readonly shown: Observed = { state: 'LOOKING', acceptedEpoch: 0, currentEpoch: 0, history: [], committed: 0 };
  /** Its log, as far as it was written. */
  log: Zxid[] = [];
  /** It is established or in line with its leader: until then, history and commits change as a whole. */
  isServing = false;
  /** The last transaction that it applied. */
  applied: Zxid | 0 = 0;
  readonly id: NodeId;
  readonly lines: string[] = [];

  constructor(id: NodeId) {
    this.id = id;
  }

  /** Adds what is shown now, unless that is what was shown before. */
  show(): void {
    const line = observedText(this.shown);
    if (line !== this.lines.at(-1)) this.lines.push(line);
  }
}

/** The most that TLC is asked to follow; epochs beyond that have no place in the specification. */
export const EPOCHS_MAX = 10;

/** Watches a run through its facts and is a module afterwards. */
export class TlaTrace {
  private readonly servers: Map<NodeId, Server> = new Map();

  constructor(servers: readonly NodeId[]) {
    for (const id of servers) {
      const server = new Server(id);
      server.show();
      this.servers.set(id, server);
    }
  }

  /** A fact that `node` stated, or that is about it. */
  see(fact: Fact, node: NodeId): void {
    const server = this.servers.get(fact.kind === 'crashed' ? fact.node : node);
    if (server === undefined) return;
    tell(server, fact);
    server.show();
  }

  /** How many states of servers there are to follow. */
  get length(): number {
    return [...this.servers.values()].reduce((sum, { lines }) => sum + lines.length, 0);
  }

  /** The highest epoch that any server has accepted. */
  get highestEpoch(): number {
    return Math.max(0, ...[...this.servers.values()].map(({ shown }) => shown.acceptedEpoch));
  }

  /** The module `name`, which extends the specification's. */
  module(name: string): string[] {
    const names = [...this.servers.keys()].map((id) => `s${id}`);
    const traces = [...this.servers].map(([id, { lines }]) => `  s${id} :> << ${lines.join(',\n           ')} >>`);
    return [
      `---- MODULE ${name} ----`,
      'EXTENDS Zab',
      `CONSTANTS ${names.join(', ')}`,
      'VARIABLE at',
      '',
      '\\* What each server showed, in its order: state, acceptedEpoch, currentEpoch, zxids of the history, committed index.',
      'Shown ==',
      traces.join(' @@\n'),
      '',
      'ShownBy(i) == << state[i], acceptedEpoch[i], currentEpoch[i],',
      '                 [k \\in 1..Len(history[i]) |-> history[i][k].zxid], lastCommitted[i].index >>',
      '',
      'TraceInit == Init /\\ at = [i \\in Server |-> 1]',
      '\\* A step of the specification after which every server shows what it showed, or what it showed next.',
      'TraceNext ==',
      '  /\\ Next',
      "  /\\ at' = [i \\in Server |-> IF ShownBy(i)' = Shown[i][at[i]] THEN at[i] ELSE at[i] + 1]",
      "  /\\ \\A i \\in Server: at'[i] <= Len(Shown[i]) /\\ ShownBy(i)' = Shown[i][at'[i]]",
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
      '  \\* No bounds of the specification\'s own: the run is the bound.',
      '  Parameters = {}',
    ];
  }
}

function tell(server: Server, fact: Fact): void {
  const { shown } = server;
  switch (fact.kind) {
    case 'elected':
      // In the specification a role begins with the election; our facts call it one when it is established.
      shown.state = fact.leader === server.id ? 'LEADING' : 'FOLLOWING';
      return;
    case 'role':
      if (fact.role !== 'LOOKING') return;
      shown.state = 'LOOKING';
      server.isServing = false;
      return;
    case 'acceptedEpoch':
      shown.acceptedEpoch = fact.epoch;
      return;
    case 'currentEpoch':
      // In the specification, NEWLEADER brings epoch and history at once.
      shown.currentEpoch = fact.epoch;
      shown.history = server.log.slice();
      return;
    case 'appended':
      server.log.push(fact.txn.zxid);
      if (server.isServing && shown.state === 'LEADING') shown.history = server.log.slice();
      return;
    case 'durable':
      if (server.isServing && shown.state === 'FOLLOWING') grow(server, server.log.filter((zxid) => zxid <= fact.zxid));
      return;
    case 'truncated':
    case 'snapshotInstalled':
      server.log = server.log.filter((zxid) => zxid <= fact.zxid);
      return;
    case 'established':
    case 'synchronized':
      server.isServing = true;
      shown.committed = shown.history.length;
      return;
    case 'committed':
      shown.committed = shown.history.indexOf(fact.txn.zxid) + 1;
      return;
    case 'applied':
      server.applied = fact.txn.zxid;
      if (server.isServing && shown.state === 'FOLLOWING') commit(server);
      return;
    case 'recovered':
      server.log = server.log.filter((zxid) => zxid <= fact.lastZxid);
      return;
    case 'crashed':
      server.isServing = false;
      server.applied = 0;
      shown.state = 'LOOKING';
      shown.committed = 0;
      return;
    default:
      return;
  }
}

/** One transaction at a time, as the specification has it, though one sync may save several. */
function grow(server: Server, history: readonly Zxid[]): void {
  for (let length = server.shown.history.length + 1; length <= history.length; length++) {
    server.shown.history = history.slice(0, length);
    server.show();
  }
  commit(server);
}

/** A commit may come before the own disk is done: it shows when both are there. */
function commit(server: Server): void {
  const { shown } = server;
  while ((shown.history[shown.committed] ?? Infinity) <= server.applied) {
    shown.committed++;
    server.show();
  }
}

function observedText({ state, acceptedEpoch, currentEpoch, history, committed }: Observed): string {
  const zxids = history.map((zxid) => `<<${epochOf(zxid)}, ${counterOf(zxid)}>>`);
  return `<< ${state}, ${acceptedEpoch}, ${currentEpoch}, <<${zxids.join(', ')}>>, ${committed} >>`;
}
