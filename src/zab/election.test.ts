/** When an election decides: at once where everybody agrees, after a wait where a better vote may still come. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeZxid, ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import { FakeIo } from '../client/fake-io.ts';
import { DEFAULT_CONFIG, zabSettings } from '../server/config.ts';
import type { Notification } from '../wire/quorum-messages.ts';
import { makeConfig } from './config-text.ts';
import { Election } from './election.ts';
import { Timer } from './host.ts';
import type { ElectionHost } from './host.ts';
import { Membership } from './membership.ts';
import type { EnsembleConfig, Hierarchy, ServerSpec } from './quorum.ts';

const test = suite('election');

const OWN = 1;
const LOGGED = makeZxid(1, 7);
const WAIT_MS = 200;

function server(id: number, role: ServerSpec['role']): ServerSpec {
  return { id, role, host: '10.0.0.1', quorumPort: 2888, electionPort: 3888, client: null, secureClient: null };
}

function ensemble(voters: readonly number[], hierarchy: Hierarchy | null = null, version: Zxid = ZXID_ZERO): EnsembleConfig {
  const servers = [...voters.map((id) => server(id, 'participant')), server(9, 'observer')];
  return makeConfig(servers, hierarchy, version);
}

/** Server 1 (or the observer 9) as it looks for a leader. */
class Candidate {
  readonly io: FakeIo = new FakeIo();
  readonly election: Election = new Election();
  readonly host: ElectionHost;
  elected = 0;

  constructor(config: EnsembleConfig, next: EnsembleConfig | null = null, id: number = OWN) {
    const membership = new Membership(id, config);
    if (next !== null) membership.propose(next);
    const settings = zabSettings({ ...DEFAULT_CONFIG, id, members: [], finalizeWaitMs: WAIT_MS });
    this.host = {
      settings, membership, hasHistory: true, lastLogged: LOGGED, currentEpoch: 1,
      learnConfig: () => false,
      onElected: (leader) => { this.elected = leader; },
      onQuorumLost: () => { throw new Error('nobody has lost anything'); },
    };
    this.election.start(this.host, { send: () => undefined }, this.io);
  }

  /** A vote of this round for `leader`, whose log ends where ours does. */
  hear(from: number, leader: number, more: Partial<Notification> = {}): this {
    const config = this.host.membership.current.text;
    const vote: Notification = {
      kind: 'notification', state: 'LOOKING', leader, zxid: LOGGED, electionEpoch: 1, peerEpoch: 1, config, ...more,
    };
    this.election.onNotification(from, vote, this.host, { send: () => undefined }, this.io);
    return this;
  }

  /** How long is waited for a better vote; null: there is no quorum. */
  get waitMs(): number | null {
    return this.io.timers.get(Timer.electionFinalize) ?? null;
  }
}

test('whom all voters name is elected at once', () => {
  const candidate = new Candidate(ensemble([1, 2, 3]));
  assert.is(candidate.hear(3, 3).waitMs, WAIT_MS, 'two of three: the third may know of somebody better');
  assert.is(candidate.hear(2, 3).waitMs, 0);
  candidate.election.onFinalizeTimeout(candidate.host, candidate.io);
  assert.is(candidate.elected, 3);
});

test('who is alone needs nobody', () => {
  assert.is(new Candidate(ensemble([1])).waitMs, 0);
});

test('a better vote than that of all begins anew', () => {
  const candidate = new Candidate(ensemble([1, 2, 3])).hear(3, 3).hear(2, 3);
  assert.is(candidate.waitMs, 0);
  candidate.hear(2, 2, { zxid: makeZxid(1, 8) });
  assert.is(candidate.waitMs, WAIT_MS, 'server 3 has not named it yet');
  assert.is(candidate.hear(3, 2, { zxid: makeZxid(1, 8) }).waitMs, 0);
});

test('a vote for another, of another round, or of who does not look is none of all', () => {
  const others: readonly (readonly [string, number, Partial<Notification>])[] = [
    ['for another', 2, {}],
    ['with another history', 3, { zxid: makeZxid(1, 6) }],
    ['of an earlier round', 3, { electionEpoch: 0 }],
    ['of a follower', 3, { state: 'FOLLOWING' }],
  ];
  for (const [what, leader, more] of others) {
    const candidate = new Candidate(ensemble([1, 2, 3])).hear(2, leader, more);
    assert.is(candidate.hear(3, 3).waitMs, WAIT_MS, what);
    assert.is(candidate.elected, 0, what);
  }
});

test('a later round counts from nothing', () => {
  const candidate = new Candidate(ensemble([1, 2, 3])).hear(3, 3).hear(2, 3);
  assert.is(candidate.hear(2, 2, { electionEpoch: 2 }).waitMs, WAIT_MS);
  assert.is(candidate.hear(3, 3, { electionEpoch: 2 }).waitMs, WAIT_MS);
  assert.is(candidate.hear(2, 3, { electionEpoch: 2 }).waitMs, 0);
});

test('who weighs nothing is not waited for, everybody else is', () => {
  const weighty = { groups: [{ id: 1, members: [1, 2, 3] }, { id: 2, members: [4] }], weights: [{ id: 2, weight: 0 }] };
  const candidate = new Candidate(ensemble([1, 2, 3, 4], weighty));
  assert.is(candidate.hear(3, 4).waitMs, null);
  assert.is(candidate.hear(4, 4).waitMs, 0, 'all but server 2');
  assert.is(new Candidate(ensemble([1, 2, 3, 4])).hear(4, 4).hear(3, 4).waitMs, WAIT_MS);
});

test('between two configurations, the voters of both are all', () => {
  const candidate = new Candidate(ensemble([1, 2, 3]), ensemble([1, 2, 3, 4, 5], null, makeZxid(1, 7)));
  assert.is(candidate.hear(3, 3).hear(2, 3).waitMs, WAIT_MS);
  assert.is(candidate.hear(4, 3).waitMs, WAIT_MS);
  assert.is(candidate.hear(5, 3).waitMs, 0);
  const shrinking = new Candidate(ensemble([1, 2, 3]), ensemble([1, 3], null, makeZxid(1, 7)));
  assert.is(shrinking.hear(3, 3).waitMs, WAIT_MS, 'server 2 may still lead');
  assert.is(shrinking.hear(2, 3).waitMs, 0);
});

test('an observer needs the votes of all voters, its own is none', () => {
  const observer = new Candidate(ensemble([1, 2, 3]), null, 9).hear(1, 3).hear(3, 3);
  assert.is(observer.waitMs, WAIT_MS);
  assert.is(observer.hear(2, 3).waitMs, 0);
});

test.run();
