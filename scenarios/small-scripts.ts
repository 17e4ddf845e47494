/**
 * Small worlds in which clients do one particular thing each: what reads show, which watches fire, when sessions end, who may do
 * what, what a snapshot holds, who belongs to the ensemble. Each is a script, of which `--ops` takes so many operations.
 */
import type { ClientScript, ScriptedOperation, ScriptedRequest } from '../src/client/script.ts';
import type { Plan, ReconfigPlan, ServerKnobs } from '../src/plan/plan.ts';
import { memberLine } from '../src/server/config.ts';
import { digestId } from '../src/tree/acl.ts';
import { encodeText } from '../src/wire/utf8.ts';
import { AddWatchMode, CreateFlag, Permission, WatcherType } from '../src/wire/words.ts';
import { SESSION_TICKS, smallPlan, type SmallScenario, type SmallSize, TICK_MS, voters } from './small-plan.ts';

/** One client: which servers it knows, how long its session lasts without a word, and what it does. */
interface Client {
  readonly servers: readonly number[];
  readonly ticks?: number;
  readonly script: readonly ScriptedOperation[];
}

interface World {
  readonly name: string;
  readonly summary: string;
  readonly servers?: number;
  readonly clients: readonly Client[];
  readonly knobs?: Partial<ServerKnobs>;
  readonly observers?: number;
  readonly reconfig?: ReconfigPlan;
}

/** Sent when all before it is answered; sent at once. */
function then(request: ScriptedRequest): ScriptedOperation {
  return { afterMs: 0, waitForReply: true, request };
}
function and(request: ScriptedRequest): ScriptedOperation {
  return { afterMs: 0, waitForReply: false, request };
}
function create(path: string, flags: number = CreateFlag.PERSISTENT): ScriptedRequest {
  return { kind: 'create', path, flags };
}
function watch(kind: 'exists' | 'getData' | 'getChildren', path: string): ScriptedRequest {
  return { kind, path, watch: true };
}

const TREE: World = {
  name: 'tree-small',
  summary: 'one client that makes, numbers, changes and deletes nodes, and looks at them',
  clients: [{ servers: [1], script: [
    and(create('/t')), and(create('/t/a')), then(create('/t/s-', CreateFlag.PERSISTENT_SEQUENTIAL)),
    then({ kind: 'setData', path: '/t', data: 'x', version: 7 }), then({ kind: 'delete', path: '/t/a' }),
    and({ kind: 'getChildren2', path: '/t' }), then(create('/t/s-', CreateFlag.PERSISTENT_SEQUENTIAL)),
    then({ kind: 'multi', ops: [{ kind: 'create', path: '/t/m' }, { kind: 'check', path: '/t', version: 7 }] }),
    then(create('/t/e', CreateFlag.EPHEMERAL)), and({ kind: 'exists', path: '/t/e' }), then({ kind: 'closeSession' }),
    then({ kind: 'exists', path: '/t/e' }),
  ] }],
};

const WATCHES: World = {
  name: 'watches-small',
  summary: 'one client that leaves watches of every kind and does what fires them, or must not',
  clients: [{ servers: [1], script: [
    and(watch('exists', '/w')), and(create('/w')), and(watch('exists', '/w')), then(create('/w/c')),
    and(watch('getChildren', '/w')), and(create('/w/d')), and({ kind: 'getChildren', path: '/w' }),
    then({ kind: 'setData', path: '/w', data: 'a' }), and({ kind: 'getData', path: '/w' }),
    then({ kind: 'setData', path: '/w', data: 'b' }), and(watch('getData', '/x')), and(create('/x')),
    then(watch('getChildren', '/x')), and({ kind: 'delete', path: '/x' }),
    then({ kind: 'addWatch', path: '/w', mode: AddWatchMode.PERSISTENT }), and({ kind: 'setData', path: '/w', data: 'c' }),
    then({ kind: 'setData', path: '/w', data: 'd' }), and({ kind: 'getData', path: '/w' }),
    then({ kind: 'removeWatches', path: '/w', watcherType: WatcherType.Any }), and({ kind: 'setData', path: '/w', data: 'e' }),
    then({ kind: 'addWatch', path: '/w', mode: AddWatchMode.PERSISTENT_RECURSIVE }), and(create('/w/c/e')),
    and({ kind: 'exists', path: '/w' }),
  ] }],
};

const REWATCH: World = {
  name: 'rewatch-small',
  summary: 'a client that leaves watches and goes to another server, while a second one changes what is watched',
  clients: [
    { servers: [1, 2], script: [
      and(create('/w')), and(watch('getData', '/w')), and(watch('exists', '/v')),
      and({ kind: 'addWatch', path: '/w', mode: AddWatchMode.PERSISTENT_RECURSIVE }), then({ kind: 'reconnect' }),
      then({ kind: 'exists', path: '/w' }),
    ] },
    { servers: [1], script: [
      and({ kind: 'setData', path: '/w', data: 'x' }), and(create('/v')), and(create('/w/a')),
    ] },
  ],
};

const SMALL_SESSION: World = {
  name: 'sessions-small',
  summary: 'a client with an ephemeral node and a timeout of few ticks, with a second write under way',
  clients: [{ servers: [1, 2], ticks: 4, script: [
    and(create('/e', CreateFlag.EPHEMERAL)), and(create('/f', CreateFlag.EPHEMERAL)), then({ kind: 'exists', path: '/f' }),
  ] }],
};

const EXPIRY: World = {
  name: 'expiry-small',
  summary: 'a client whose session lasts for two ticks without a word, with a write under way',
  servers: 1,
  clients: [{ servers: [1], ticks: 2, script: [
    and(create('/e', CreateFlag.EPHEMERAL)), then(create('/f', CreateFlag.EPHEMERAL)),
  ] }],
};

const LATE: World = {
  name: 'late-small',
  summary: 'a client of the first leader, who may be ahead of the other servers',
  clients: [{ servers: [3], script: [and(create('/a')), and(create('/b'))] }],
};

const AFTERWARDS: World = {
  name: 'afterwards-small',
  summary: 'a client that writes once more when its second write was answered or lost',
  clients: [{ servers: [1], script: [and(create('/a')), and(create('/b')), then(create('/c'))] }],
};

const PADDED: World = {
  ...AFTERWARDS,
  name: 'padded-small',
  summary: 'the same, with space for the log taken in advance',
  knobs: { preAllocSizeKb: 1 },
};

/** Nobody needs a quorum for a session. */
const LOCAL_SESSIONS = { service: { localSessionsEnabled: true, localSessionsUpgradingEnabled: true } };

const STALE: World = {
  name: 'stale-small',
  summary: 'a client that writes by one server, and one that comes to the next with a session of that alone, and reads',
  knobs: LOCAL_SESSIONS,
  clients: [
    { servers: [1], script: [and(create('/a')), and(create('/b')), then(create('/c'))] },
    { servers: [2], script: [and({ kind: 'exists', path: '/c' })] },
  ],
};

const LINGERING: World = {
  ...STALE,
  name: 'lingering-small',
  summary: 'the same, where that server is the first leader',
  clients: STALE.clients.map((client) => (client.servers.includes(2) ? { ...client, servers: [3] } : client)),
};

/** Where no luck is drawn, the client tries what comes behind the first: 1, 2, 1 with its other session, and 3. */
const DENIED: World = {
  name: 'denied-small',
  summary: 'a client that begins another session and goes with it to the first leader',
  clients: [{ servers: [3, 1, 2, 1], script: [
    and(create('/a')), and(create('/b')), then({ kind: 'closeSession' }), then({ kind: 'reconnect' }),
    and({ kind: 'exists', path: '/a' }),
  ] }],
};

const BEHIND: World = {
  name: 'behind-small',
  summary: 'a leader that remembers one transaction, and sends a snapshot to who has missed more',
  knobs: { commitLogCount: 1, snapshotSizePercent: -1 },
  clients: [{ servers: [3], script: [and(create('/a')), and(create('/b')), and(create('/c'))] }],
};

const LOCAL: World = {
  name: 'local-small',
  summary: 'a client with a local session that becomes a global one by a multi, and is closed',
  knobs: LOCAL_SESSIONS,
  clients: [{ servers: [1, 2], script: [
    and({ kind: 'multi', ops: [{ kind: 'create', path: '/e', flags: CreateFlag.EPHEMERAL }] }), and({ kind: 'reconnect' }),
    and({ kind: 'closeSession' }), then({ kind: 'exists', path: '/e' }),
  ] }],
};

const UPGRADED: World = {
  name: 'upgraded-small',
  summary: 'a client whose session was local and is global, that leaves with a write under way and closes it',
  knobs: LOCAL_SESSIONS,
  clients: [{ servers: [1, 2], script: [
    and(create('/e', CreateFlag.EPHEMERAL)), then(create('/f')), and({ kind: 'reconnect' }), and({ kind: 'closeSession' }),
  ] }],
};

const READ_ONLY = [{ perms: Permission.READ, id: { scheme: 'world', id: 'anyone' } }];
const OWNED = [{ perms: Permission.ALL, id: { scheme: 'digest', id: digestId(encodeText('u:pw')) } }];

const ACL: World = {
  name: 'acl-small',
  summary: 'a client that may not do something, alone or in a multi, and one that shows too late who it is',
  clients: [{ servers: [1], script: [
    and(create('/z')), then({ kind: 'create', path: '/a', acl: OWNED }), and({ kind: 'getData', path: '/a' }),
    and({ kind: 'addAuth', scheme: 'digest', auth: 'u:pw' }), then({ kind: 'create', path: '/b', acl: READ_ONLY }),
    and({ kind: 'multi', ops: [{ kind: 'create', path: '/b/c' }] }),
  ] }],
};

const LIMITS = 'count=2,bytes=-1=;byteHardLimit=-1;countHardLimit=2';
const QUOTA: World = {
  name: 'quota-small',
  summary: 'a client under a quota of two nodes',
  knobs: { service: { enforceQuota: true } },
  clients: [{ servers: [1], script: [
    and(create('/q')), and(create('/zookeeper/quota/q')),
    and({ kind: 'create', path: '/zookeeper/quota/q/zookeeper_stats', data: 'count=0,bytes=0' }),
    and({ kind: 'create', path: '/zookeeper/quota/q/zookeeper_limits', data: LIMITS }),
    and(create('/q/a')),
  ] }],
};

const CONTAINER: World = {
  name: 'container-small',
  summary: 'a container that loses its last child and is about to get another when the reaper comes',
  knobs: { service: { extendedTypesEnabled: true, containerCheckIntervalMs: TICK_MS } },
  clients: [{ servers: [1], script: [
    and({ kind: 'createContainer', path: '/k' }), and(create('/k/a')), and({ kind: 'delete', path: '/k/a' }),
    and(create('/k/b')),
  ] }],
};

const SYNC: World = {
  name: 'sync-small',
  summary: 'a client that reads behind a sync what another one writes',
  clients: [
    { servers: [1], script: [and({ kind: 'sync', path: '/' }), and({ kind: 'exists', path: '/s' })] },
    { servers: [2], script: [and(create('/s'))] },
  ],
};

const SNAPSHOTS: World = {
  name: 'snapshots-small',
  summary: 'a client and servers that take a snapshot after every transaction or two',
  knobs: { snapCount: 2, snapRetainCount: 1 },
  clients: [{ servers: [1], script: [
    and(create('/a')), and(create('/b')), and(create('/c')), and(create('/d')), then(create('/e')), then(create('/f')),
  ] }],
};

const COUNTER: World = {
  name: 'counter-small',
  summary: 'an epoch with room for four transactions',
  knobs: { counterLimit: 4 },
  clients: [{ servers: [1], script: [and(create('/a')), and(create('/b')), and(create('/c')), and(create('/d'))] }],
};

const OBSERVERS: World = {
  name: 'observers-small',
  summary: 'writes by one client, with an observer beside the voters',
  observers: 1,
  clients: [{ servers: [1], script: [and(create('/a')), and(create('/b'))] }],
};

const JOINING = memberLine({ id: 4, role: 'participant' });
const LEAVING: World = {
  name: 'leaving-small',
  summary: 'a client that takes the leader out of the ensemble and writes',
  reconfig: { spares: [], standaloneEnabled: false },
  clients: [{ servers: [1], script: [and({ kind: 'reconfig', leaving: ['3'] }), then(create('/a')), and(create('/b'))] }],
};
const GROWING: World = {
  name: 'joining-small',
  summary: 'a client that takes a fourth server into the ensemble and writes',
  reconfig: { spares: [4], standaloneEnabled: false },
  clients: [{ servers: [1], script: [and({ kind: 'reconfig', joining: [JOINING] }), and(create('/a')), and(create('/b'))] }],
};

/** See the head of the file. */
export const SCRIPTED_SCENARIOS: readonly SmallScenario[] = [
  TREE, WATCHES, REWATCH, SMALL_SESSION, EXPIRY, LATE, AFTERWARDS, PADDED, STALE, LINGERING, DENIED, BEHIND, LOCAL, UPGRADED, ACL,
  QUOTA, CONTAINER, SYNC, SNAPSHOTS, COUNTER, OBSERVERS, LEAVING, GROWING,
].map(scenarioOf);

function scenarioOf(world: World): SmallScenario {
  const { name, summary, servers = 3, clients } = world;
  const operations = Math.max(...clients.map(({ script }) => script.length));
  return { name, summary, size: { servers, clients: clients.length, operations }, plan: (size) => planOf(world, size) };
}

function planOf({ name, clients, knobs = {}, observers = 0, reconfig }: World, size: SmallSize): Plan {
  const { servers, operations } = size;
  const watchers = Array.from({ length: observers }, (_, index) => ({ id: servers + index + 1, role: 'observer' as const }));
  return smallPlan({
    scenario: name,
    members: [...voters(servers), ...watchers],
    knobs,
    ...(reconfig === undefined ? {} : { reconfig }),
    clients: Array.from({ length: size.clients }, (_, index) => clientOf(clients[index % clients.length], servers, operations)),
  });
}

function clientOf(client: Client | undefined, servers: number, operations: number): ClientScript {
  const { servers: known = [], ticks = SESSION_TICKS, script = [] } = client ?? {};
  const there = known.filter((id) => id <= servers);
  return {
    servers: there.length > 0 ? there : [1], sessionTimeoutMs: ticks * TICK_MS, operations: script.slice(0, operations),
    closeAtEnd: false,
  };
}
