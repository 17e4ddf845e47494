/** Ensembles that change: whole servers in a quiet world, and what one server makes of its files. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { present } from '../base/invariant.ts';
import { NO_SESSION } from '../base/session-id.ts';
import { makeZxid } from '../base/zxid.ts';
import type { ScriptedOperation, ScriptedRequest } from '../client/script.ts';
import { ScriptedClient } from '../client/scripted-client.ts';
import type { FactOf } from '../io/fact.ts';
import { FakeIo } from '../storage/fake-io.ts';
import { ErrorCode } from '../wire/words.ts';
import { SeedChooser } from '../world/chooser.ts';
import { SimulatedDisk } from '../world/disk.ts';
import type { SyncMark } from '../world/disk.ts';
import type { NodeSpec } from '../world/host.ts';
import { DEFAULT_SETTINGS } from '../world/settings.ts';
import { World } from '../world/world.ts';
import { makeConfig } from '../zab/config-text.ts';
import { DEFAULT_CONFIG, initialEnsemble, memberLine, serverSpec } from './config.ts';
import type { Member, ServerConfig } from './config.ts';
import { Database } from './database.ts';
import { Ensemble } from './ensemble.ts';
import { Server } from './server.ts';

const test = suite('ensemble');
const CONFIG_PATH = '/zookeeper/config';

function participants(...ids: number[]): Member[] {
  return ids.map((id) => ({ id, role: 'participant' }));
}

function configOf(id: number, members: readonly Member[], more: Partial<ServerConfig> = {}): ServerConfig {
  const quiet = { preAllocSizeKb: 0, reconfigEnabled: true, standaloneEnabled: false, skipACL: true };
  return { ...DEFAULT_CONFIG, ...quiet, ...more, id, members };
}

function joining(...members: Member[]): ScriptedRequest {
  return { kind: 'reconfig', joining: members.map(memberLine) };
}

function leaving(...ids: number[]): ScriptedRequest {
  return { kind: 'reconfig', leaving: ids.map(String) };
}

/** What came of a world: answers in order, and where every server stood in the end. */
interface Outcome {
  readonly replies: FactOf<'replied'>[];
  readonly watched: FactOf<'watchFired'>[];
  readonly roles: Map<number, string>;
  readonly configs: Map<number, string>;
}

interface Cast {
  readonly members: readonly Member[];
  readonly spares?: readonly number[];
  readonly config?: Partial<ServerConfig>;
  /** Where the client is. */
  readonly at?: number;
  /** Behind so many requests everybody loses power. */
  readonly powerAfter?: number;
}

/** Servers 1 to 5 and one client, which asks one thing after the other. */
function play({ members, spares = [], config = {}, at = 1, powerAfter }: Cast, ...requests: ScriptedRequest[]): Outcome {
  const outcome: Outcome = { replies: [], watched: [], roles: new Map(), configs: new Map() };
  const operations = requests.map((request): ScriptedOperation => ({ afterMs: 2500, waitForReply: true, request }));
  const script = { servers: [at], sessionTimeoutMs: 30_000, operations, closeAtEnd: false };
  const nodes = [...members.map(({ id }) => id), ...spares].map((id): NodeSpec => {
    return { node: id, kind: 'server', disk: true, boot: () => new Server(configOf(id, members, config)) };
  });
  const world = new World({
    settings: DEFAULT_SETTINGS,
    chooser: new SeedChooser('ensemble'),
    nodes: [...nodes, { node: 1001, kind: 'client', disk: false, boot: () => new ScriptedClient(script) }],
    onFact: (fact, node) => {
      if (fact.kind === 'replied' && fact.cxid > 0) outcome.replies.push(fact);
      else if (fact.kind === 'watchFired') outcome.watched.push(fact);
      else if (fact.kind === 'role') outcome.roles.set(node, fact.role);
      else if (fact.kind === 'configActivated') {
        outcome.configs.set(node, [fact.voters.join(' '), ...fact.observers.map((id) => `(${id})`)].join(' '));
      }
    },
  });
  if (powerAfter !== undefined) world.schedule(2500 * powerAfter + 1200, { kind: 'power', downMs: 100 });
  world.run(2500 * requests.length + 6000);
  assert.is(world.failure, null);
  return outcome;
}

function errors({ replies }: Outcome): number[] {
  return replies.map(({ err }) => err);
}

function everywhere({ configs }: Outcome, expected: string, ...ids: number[]): void {
  assert.equal(ids.map((id) => configs.get(id)), ids.map(() => expected));
}

/** The text in the answer to a getData or a reconfig. */
function textOf(reply: FactOf<'replied'> | undefined): string {
  const response = reply?.response;
  if (response === null || response === undefined || !('data' in response)) return '';
  return new TextDecoder().decode(response.data ?? undefined);
}

test('46. the first configuration has the zxid of the first NEWLEADER as its version, and stands in its node', () => {
  const outcome = play({ members: participants(1, 2, 3) }, { kind: 'getData', path: CONFIG_PATH });
  const [reply] = outcome.replies;
  const lines = textOf(reply).split('\n');
  assert.equal(lines, [...participants(1, 2, 3).map(memberLine), 'version=100000000']);
  const response = reply?.response;
  assert.ok(response?.kind === 'getData');
  assert.equal([response.stat.version, response.stat.aversion], [-1, -1]);
});

test('46. without the feature nothing is written down, but shown, and nobody may ask for it', () => {
  const outcome = play(
    { members: participants(1, 2, 3), config: { reconfigEnabled: false } },
    { kind: 'getData', path: CONFIG_PATH }, leaving(3),
  );
  assert.match(textOf(outcome.replies[0]), /^server\.1=.*\nserver\.2=.*\nserver\.3=.*\nversion=0$/);
  assert.equal(errors(outcome), [ErrorCode.OK, ErrorCode.RECONFIGDISABLED]);
  assert.is(outcome.configs.size, 0);
});

test('46. one is removed and goes on without a vote; it comes back, and votes again', () => {
  const outcome = play(
    { members: participants(1, 2, 3), at: 2 },
    { kind: 'getData', path: CONFIG_PATH, watch: true }, leaving(1), { kind: 'create', path: '/a' }, joining(...participants(1)),
  );
  assert.equal(errors(outcome), [0, 0, 0, 0]);
  everywhere(outcome, '1 2 3', 1, 2, 3);
  assert.equal(outcome.watched.map(({ path }) => path), [CONFIG_PATH]);
  assert.is(outcome.roles.get(1), 'FOLLOWING');
  assert.match(textOf(outcome.replies[1]), /^server\.2=.*\nserver\.3=.*\nversion=100000003$/);
});

test('46. two spares join at once, two others leave at once', () => {
  const outcome = play({ members: participants(1, 2, 3), spares: [4, 5] }, joining(...participants(4, 5)), leaving(2, 3));
  assert.is(outcome.replies[0]?.err, ErrorCode.OK);
  everywhere(outcome, '1 4 5', 1, 2, 3, 4, 5);
  assert.equal([1, 4, 5].filter((id) => outcome.roles.get(id) === 'LEADING').length, 1);
});

test('46. the leader is removed: it steps down, and another leads', () => {
  const outcome = play({ members: participants(1, 2, 3) }, leaving(3), { kind: 'create', path: '/a' });
  everywhere(outcome, '1 2', 1, 2, 3);
  const roles = [...outcome.roles].sort(([a], [b]) => a - b);
  assert.equal(roles, [[1, 'FOLLOWING'], [2, 'LEADING'], [3, 'FOLLOWING']]);
});

test('46. a voter becomes an observer, and a voter again', () => {
  const observer: Member = { id: 2, role: 'observer' };
  const half = play({ members: participants(1, 2, 3) }, joining(observer), { kind: 'create', path: '/a' });
  everywhere(half, '1 3 (2)', 1, 2, 3);
  assert.is(half.roles.get(2), 'OBSERVING');
  const changes = [joining(observer), joining(...participants(2))];
  const whole = play({ members: participants(1, 2, 3) }, ...changes, { kind: 'create', path: '/a' });
  everywhere(whole, '1 2 3', 1, 2, 3);
  assert.is(whole.roles.get(2), 'FOLLOWING');
});

test('46. majorities become groups, and weights decide', () => {
  const servers = participants(1, 2, 3).map(serverSpec);
  const hierarchy = { groups: [{ id: 1, members: [1, 2, 3] }], weights: [{ id: 3, weight: 0 }] };
  const members = makeConfig(servers, hierarchy, makeZxid(0, 0)).text;
  const outcome = play({ members: participants(1, 2, 3) }, { kind: 'reconfig', members }, { kind: 'create', path: '/a' });
  assert.is(outcome.configs.size, 3);
  // The leader had the largest id, which has no weight any more.
  assert.is(outcome.roles.get(2), 'LEADING');
});

const ONE = memberLine({ id: 1, role: 'participant' });
const WRITTEN: readonly string[] = ['nonsense', '', `${ONE}\nversion=1`, `${ONE}\nversion=1f0000000000`];

for (const isAfterSnapshot of [false, true]) {
  for (const data of WRITTEN) {
    const what = `${JSON.stringify(data)}, ${isAfterSnapshot ? 'after a snapshot' : 'at once'}`;
    test(`48. what is written over the configuration is not in force when all start again: ${what}`, () => {
      const requests: ScriptedRequest[] = [leaving(3), { kind: 'setData', path: CONFIG_PATH, data }];
      for (let index = 0; isAfterSnapshot && index < 4; index++) requests.push({ kind: 'create', path: `/${index}` });
      const cast: Cast = { members: participants(1, 2, 3), config: { snapCount: isAfterSnapshot ? 2 : 1000 } };
      const read: ScriptedRequest = { kind: 'getData', path: CONFIG_PATH };
      const outcome = play({ ...cast, powerAfter: requests.length + 1 }, ...requests, read, { kind: 'create', path: '/a' }, read);
      assert.equal(errors(outcome), errors(outcome).map(() => ErrorCode.OK));
      everywhere(outcome, '1 2', 1, 2, 3);
      assert.is(textOf(outcome.replies[requests.length]), data);
      assert.match(textOf(outcome.replies.at(-1)), /^server\.1=.*\nserver\.2=.*\nversion=[1-9a-f][0-9a-f]*$/);
    });
  }
}

test('47. a server that is not there cannot be needed; permission is needed', () => {
  const cast: Cast = { members: participants(1, 2), config: { skipACL: false } };
  const outcome = play(cast, joining(...participants(4, 5)), { kind: 'reconfig', leaving: ['9'] });
  assert.equal(errors(outcome), [ErrorCode.NEWCONFIGNOQUORUM, ErrorCode.NOAUTH]);
});

test('49. a quorum of one grows', () => {
  const outcome = play({ members: participants(1), spares: [2] }, joining(...participants(2)), { kind: 'create', path: '/a' });
  assert.equal(errors(outcome), [0, 0]);
  everywhere(outcome, '1 2', 1, 2);
});

/** A disk, and nobody who listens. */
class DiskOnly extends FakeIo<SyncMark> {
  override observe(): void {}
}

/** A server's knowledge after a start on a disk with these files. */
function start(files: readonly (readonly [string, string])[]): { ensemble: Ensemble; io: DiskOnly; disk: SimulatedDisk } {
  const disk = new SimulatedDisk();
  for (const [file, text] of files) disk.append(file, new TextEncoder().encode(text));
  disk.flush();
  const io = new DiskOnly(disk);
  const ensemble = new Ensemble(configOf(1, participants(1, 2, 3)));
  ensemble.recover(io);
  run(ensemble, io);
  return { ensemble, io, disk };
}

/** Lets all completions happen; the last outcome that was one. */
function run(ensemble: Ensemble, io: DiskOnly): boolean | string {
  let last: boolean | string = false;
  for (let event = io.next(0); event !== undefined; event = io.next(0)) {
    const outcome = ensemble.onDiskEvent(event, io);
    if (outcome !== false) last = outcome;
  }
  return last;
}

const IN_FORCE = makeConfig(participants(1, 2).map(serverSpec), null, makeZxid(1, 0));
const NEXT = makeConfig(participants(2, 3).map(serverSpec), null, makeZxid(2, 0));

test('48. a pending configuration is found again, and takes both quorums to be completed', () => {
  const { ensemble, io, disk } = start([['zoo.cfg.dynamic', IN_FORCE.text], ['zoo.cfg.dynamic.next', NEXT.text]]);
  ensemble.settle(new Database(10), io);
  const { membership } = ensemble;
  assert.equal([membership.current.text, membership.pending?.text], [IN_FORCE.text, NEXT.text]);
  assert.not.ok(membership.hasQuorum(new Set([2, 3])));
  assert.ok(membership.hasQuorum(new Set([1, 2, 3])));
  assert.is(ensemble.toAnnounce(3), membership.pending);
  ensemble.activate(present(membership.pending, 'pending'), io);
  run(ensemble, io);
  assert.is(membership.pending, null);
  assert.equal(disk.list(), ['zoo.cfg.dynamic']);
  assert.is(new TextDecoder().decode(disk.read('zoo.cfg.dynamic')), NEXT.text);
});

test('48. one that is in force already is no longer pending', () => {
  const { ensemble, io } = start([['zoo.cfg.dynamic', NEXT.text], ['zoo.cfg.dynamic.next', NEXT.text]]);
  ensemble.settle(new Database(10), io);
  assert.equal([ensemble.membership.current.text, ensemble.membership.pending], [NEXT.text, null]);
});

test('49. the files are written beside their places; what a crash left half written is removed', () => {
  const { ensemble, io, disk } = start([['zoo.cfg.dynamic', IN_FORCE.text], ['zoo.cfg.dynamic.tmp', 'server.']]);
  assert.equal(disk.list(), ['zoo.cfg.dynamic']);
  ensemble.onAnnounced(NEXT.text, new Database(10), io);
  run(ensemble, io);
  assert.equal(disk.list(), ['zoo.cfg.dynamic', 'zoo.cfg.dynamic.next']);
  ensemble.onAnnounced(IN_FORCE.text, new Database(10), io);
  run(ensemble, io);
  assert.equal(disk.list(), ['zoo.cfg.dynamic']);
});

test('49. a damaged file stops the server with a sentence', () => {
  const disk = new SimulatedDisk();
  disk.append('zoo.cfg.dynamic', new TextEncoder().encode('server.1'));
  disk.flush();
  const io = new DiskOnly(disk);
  const ensemble = new Ensemble(configOf(1, participants(1, 2, 3)));
  ensemble.recover(io);
  assert.match(String(run(ensemble, io)), /zoo\.cfg\.dynamic is damaged/);
});

test('what ends the log is open; what is followed by anything is in force', () => {
  const io = new DiskOnly(new SimulatedDisk());
  const at = (counter: number): ReturnType<typeof makeZxid> => makeZxid(1, counter);
  const database = new Database(10);
  const apply = (counter: number, text: string | null): void => {
    const header = { clientId: NO_SESSION, cxid: 0, zxid: at(counter), time: 0, digest: null, bytes: new Uint8Array(0) };
    const data = new TextEncoder().encode(text ?? '');
    if (text === null) database.apply({ ...header, body: { kind: 'error', err: 0 } });
    else database.apply({ ...header, body: { kind: 'reconfig', path: CONFIG_PATH, data, version: -1 } });
  };
  const next = makeConfig(participants(2, 3).map(serverSpec), null, at(2));
  const ensemble = new Ensemble(configOf(1, participants(1, 2)));
  apply(1, IN_FORCE.text);
  ensemble.settle(database, io);
  assert.equal([ensemble.membership.current.version, ensemble.membership.pending], [IN_FORCE.version, null]);
  apply(2, next.text);
  ensemble.settle(database, io);
  assert.equal([ensemble.membership.current.version, ensemble.membership.pending?.version], [IN_FORCE.version, next.version]);
  // A snapshot would not tell what was in force before; so it is taken before, and the reconfiguration follows it.
  assert.equal([database.history().image.zxid, database.history().txns.map(({ zxid }) => zxid)], [at(1), [at(2)]]);
  apply(3, null);
  ensemble.settle(database, io);
  assert.equal([ensemble.membership.current.version, ensemble.membership.pending], [next.version, null]);
  assert.is(database.history().image.zxid, at(3));
  assert.is(initialEnsemble(configOf(1, participants(1, 2))).version, 0);
});

test.run();
