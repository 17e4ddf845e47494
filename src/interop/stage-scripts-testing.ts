/**
 * What is played on the stage of `stage-testing.ts`, in this order, on an ensemble that is whole. Each works below a path of its
 * own, and says on its lines only what does not depend on time. Not part of the program.
 */
import { ZXID_MAX, ZXID_UNINITIALIZED } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { encodeClientFrame } from '../wire/client-codec.ts';
import type { Request } from '../wire/client-messages.ts';
import { AddWatchMode, CreateFlag, OPEN_ACL_UNSAFE } from '../wire/words.ts';
import type { Script } from './stage-testing.ts';
import {
  CLOSE, create, exists, getAcl, getChildren, getData, getEphemerals, make, multi, onEach, PING, remove, script, setAcl, setData,
  SYNC,
} from './stage-words-testing.ts';

const JUTE_MAX_BUFFER = 20_000;
/** The configuration that goes with them. */
export const KEYS: readonly string[] = ['enforceQuota=true', `jute.maxbuffer=${JUTE_MAX_BUFFER}`];

const SESSIONS: readonly Script[] = [
  onEach('handshakes', async (stage, role) => {
    await stage.line(role, role);
    await stage.line(`${role}, may be read-only`, role, { readOnly: true });
    await stage.line(`${role}, old form`, role, { readOnly: null });
    await stage.line(`${role}, hurried`, role, { timeoutMs: 1 });
    await stage.line(`${role}, patient`, role, { timeoutMs: 0x7fffffff });
    await stage.line(`${role}, from the future`, role, { seen: ZXID_MAX });
  }),
  onEach('a session that moves to another server', async (stage, role) => {
    const first = await stage.line(`${role} first`, role);
    await first.ask(create(`/moves-${role}`), create(`/moves-${role}/e`, CreateFlag.EPHEMERAL));
    await stage.level();
    const second = await stage.line(`${role} second`, 'other', { resume: first, seen: first.newest });
    await second.ask(getData(`/moves-${role}/e`), create(`/moves-${role}/f`, CreateFlag.EPHEMERAL));
    await stage.level();
    await first.ask(exists(`/moves-${role}/e`), PING);
    await first.ask(create(`/moves-${role}/g`));
    await second.ask(getChildren(`/moves-${role}`), getEphemerals(`/moves-${role}`));
    await second.ask(CLOSE);
  }),
  onEach('a multi, a sync and a farewell of a session that has moved', async (stage, role) => {
    const lines = [];
    for (const what of ['multi', 'sync', 'close']) {
      const first = await stage.line(`${role} ${what} first`, role);
      lines.push(first, await stage.line(`${role} ${what} second`, 'other', { resume: first }));
    }
    const [multiFirst, multiSecond, syncFirst, syncSecond, closeFirst, closeSecond] = lines;
    await multiFirst?.ask(multi(make(`/moved-${role}`)));
    await multiSecond?.ask(SYNC, exists(`/moved-${role}`));
    await syncFirst?.ask(SYNC);
    await syncSecond?.ask(PING);
    await closeFirst?.ask(CLOSE);
    await closeSecond?.closed();
  }),
  onEach('a session that comes back to its server', async (stage, role) => {
    const first = await stage.line(`${role} first`, role);
    await first.ask(create(`/back-${role}`, CreateFlag.EPHEMERAL));
    const second = await stage.line(`${role} second`, role, { resume: first, seen: first.newest });
    await first.closed();
    await second.ask(getData(`/back-${role}`), CLOSE);
  }),
  onEach('sessions that nobody may have', async (stage, role) => {
    const first = await stage.line(`${role} first`, 'other');
    for (const password of [new Uint8Array(16).fill(7), new Uint8Array(3)]) {
      await (await stage.line(`${role} with ${password.length} wrong bytes`, role, { resume: first, password })).closed();
    }
    await first.ask(SYNC, CLOSE);
    await (await stage.line(`${role} syncs`, role)).ask(SYNC);
    await (await stage.line(`${role} of a closed session`, role, { resume: first })).closed();
    await stage.line(`${role} of a closed session, from the future`, role, { resume: first, seen: ZXID_MAX });
  }),
  onEach('a timeout that is renegotiated', async (stage, role) => {
    const first = await stage.line(`${role} first`, role, { timeoutMs: 400_000 });
    await stage.line(`${role} second`, 'other', { resume: first, timeoutMs: 300_000 });
  }),
];

const REQUESTS: readonly Script[] = [
  onEach('reads, writes and syncs in one piece', async (stage, role) => {
    const line = await stage.line(role, role);
    const path = `/piped-${role}`;
    await line.ask(
      exists(path), create(path), exists(path), setData(path, 'a'), getData(path), SYNC, PING, setData(path, 'b', 0),
      getData(path), setData(path, 'c', 1), { kind: 'sync', path: '/none' }, { kind: 'sync', path: '' }, create(path),
      create(`${path}/s`, CreateFlag.PERSISTENT_SEQUENTIAL), create(`${path}/s`, CreateFlag.EPHEMERAL_SEQUENTIAL),
      getChildren(path), remove(path), remove(`${path}/s0000000000`), getChildren(path), remove('/'), remove('/none'),
      { kind: 'whoAmI' }, getEphemerals('/'), { kind: 'getAllChildrenNumber', path },
    );
  }),
  onEach('a farewell behind writes', async (stage, role) => {
    const line = await stage.line(role, role);
    const path = `/farewell-${role}`;
    await line.ask(
      create(path), create(`${path}/a`, CreateFlag.EPHEMERAL), getData(`${path}/a`), create(`${path}/b`, CreateFlag.EPHEMERAL),
      CLOSE,
    );
    const after = await stage.line(`${role} after`, role);
    await after.ask(SYNC, getChildren(path));
  }),
  onEach('multis', async (stage, role) => {
    const line = await stage.line(role, role);
    const path = `/multi-${role}`;
    await line.ask(
      multi(make(path), make(`${path}/s`, CreateFlag.PERSISTENT_SEQUENTIAL), make(`${path}/s`, CreateFlag.EPHEMERAL_SEQUENTIAL)),
      multi(),
      multi(make(`${path}/x`), { kind: 'check', path, version: 7 }, make(`${path}/y`)),
      multi({ kind: 'delete', path, version: -1 }),
      multi({ kind: 'setData', path, data: null, version: 0 }, { kind: 'check', path, version: 1 }),
      multi(make('no path'), make(`${path}/z`)),
      getChildren(path),
      { kind: 'multiRead', ops: [{ kind: 'getData', path, watch: false }, { kind: 'getChildren', path: '/none', watch: false }] },
    );
  }),
  onEach('refusals that the leader would have to tell', async (stage, role) => {
    const line = await stage.line(role, role);
    await line.ask(
      create('/odd', 77), create('relative'), { kind: 'create', path: '/odd', data: null, acl: [], flags: 0 },
      { kind: 'createTTL', path: '/odd', data: null, acl: OPEN_ACL_UNSAFE, flags: CreateFlag.PERSISTENT_WITH_TTL, ttl: 1000 },
      { kind: 'reconfig', joiningServers: null, leavingServers: '3', newMembers: null, configVersion: ZXID_MAX },
      setAcl('/none', OPEN_ACL_UNSAFE), getAcl('/zookeeper/config'),
      getData('/zookeeper/config'), exists('/zookeeper/config'), getChildren('/zookeeper'), setData('/zookeeper/config', 'x'),
    );
  }),
  onEach('an operation that nobody knows', async (stage, role) => {
    const line = await stage.line(role, role);
    await line.ask(create(`/unknown-${role}`));
    await line.ask({ kind: 'unknown', opcode: 99 });
    await line.closed();
  }),
  onEach('rights', async (stage, role) => {
    const line = await stage.line(role, role);
    const path = `/rights-${role}`;
    await line.ask({ kind: 'auth', authType: 0, scheme: 'digest', auth: Buffer.from('u:p') });
    await line.ask(
      { kind: 'create', path, data: null, acl: [{ perms: 31, id: { scheme: 'auth', id: '' } }], flags: 0 },
      getAcl(path), create(`${path}/a`), { kind: 'whoAmI' },
    );
    const stranger = await stage.line(`${role}, a stranger`, role);
    for (const request of [
      SYNC, getData(path), create(`${path}/b`), setData(path, 'x'), setAcl(path, OPEN_ACL_UNSAFE), getAcl(path),
      multi(make(`${path}/c`)),
    ]) await stranger.ask(request);
  }),
];

const WATCHES: readonly Script[] = [
  onEach('watches that others fire', async (stage, role) => {
    const line = await stage.line(role, role);
    const path = `/watched-${role}`;
    await line.ask(exists(path, true));
    const other = await stage.line(`${role}, who fires`, 'other');
    await other.ask(create(path));
    await line.hears(3);
    await line.ask(SYNC, getData(path, true), getChildren(path, true));
    await other.ask(create(`${path}/a`), setData(path, 'x'), remove(`${path}/a`), remove(path));
    await line.ask(SYNC, exists(path));
  }),
  onEach('watches that stay', async (stage, role) => {
    const line = await stage.line(role, role);
    const path = `/stays-${role}`;
    await line.ask(create(path), { kind: 'addWatch', path, mode: AddWatchMode.PERSISTENT_RECURSIVE });
    const other = await stage.line(`${role}, who fires`, 'other');
    await other.ask(create(`${path}/a`), create(`${path}/a/b`, CreateFlag.EPHEMERAL), setData(`${path}/a`, 'x'));
    await line.ask(SYNC);
    await other.ask(CLOSE);
    await line.ask(SYNC, setData(path, 'y'), multi(make(`${path}/c`), { kind: 'delete', path: `${path}/c`, version: -1 }), PING);
  }),
  onEach('watches that are set again after a move', async (stage, role) => {
    const line = await stage.line(`${role} first`, role);
    const path = `/again-${role}`;
    await line.ask(...['', '/kept', '/changed', '/gone', '/parent'].map((name) => create(`${path}${name}`)));
    const { newest } = line;
    await line.ask(setData(`${path}/changed`, 'x'), remove(`${path}/gone`), create(`${path}/parent/a`), create(`${path}/new`));
    await stage.level();
    const second = await stage.line(`${role} second`, 'other', { resume: line, seen: line.newest });
    const all = ['/kept', '/changed', '/gone', '/parent', '/new', '/none'].map((name) => `${path}${name}`);
    await second.ask({ kind: 'setWatches', relativeZxid: newest, dataWatches: all, existWatches: [], childWatches: [] });
    await second.ask({ kind: 'setWatches', relativeZxid: newest, dataWatches: [], existWatches: all, childWatches: [] });
    await second.ask({ kind: 'setWatches', relativeZxid: newest, dataWatches: [], existWatches: [], childWatches: all });
    await second.ask(...all.slice(0, 2).map((one) => setData(one, 'y')), create(`${path}/none`), create(`${path}/kept/a`));
    await second.ask(remove(`${path}/kept/a`), remove(`${path}/kept`));
  }),
];

/** As the tools set them: at most `count` nodes and `bytes` bytes, hard ones. */
const quota = (path: string, limits: string): Request[] => [
  create(`/zookeeper/quota${path}`), create(`/zookeeper/quota${path}/zookeeper_limits`, 0, limits),
  create(`/zookeeper/quota${path}/zookeeper_stats`, 0, 'count=1,bytes=0'),
];

const LIMITS: readonly Script[] = [
  onEach('hard quotas', async (stage, role) => {
    const line = await stage.line(role, role);
    const path = `/quota-${role}`;
    await line.ask(create(path), ...quota(path, 'count=-1,bytes=-1=;byteHardLimit=5;countHardLimit=3'));
    // One by one: Apache's counts only what is applied.
    for (const request of [
      setData(path, '12345'), setData(path, '123456'), setData(path, '1'), create(`${path}/a`, 0, '12345'),
      create(`${path}/a`, 0, '1'), create(`${path}/b`), create(`${path}/c`), getData(`/zookeeper/quota${path}/zookeeper_stats`),
      remove(`${path}/b`), create(`${path}/c`), getData(`/zookeeper/quota${path}/zookeeper_stats`),
    ]) await line.ask(request);
  }),
  onEach('requests as long as they may be, and longer', async (stage, role) => {
    const line = await stage.line(role, role);
    const path = `/long-${role}`;
    const overhead = encodeClientFrame({ kind: 'request', xid: 1, request: setData(path, '') }).length - 4;
    await line.ask(create(path));
    await line.ask(setData(path, 'x'.repeat(JUTE_MAX_BUFFER - overhead - 100)));
    await line.ask(exists(path));
    await line.ask(setData(path, 'x'.repeat(JUTE_MAX_BUFFER - overhead)), exists(path));
    await line.ask(setData(path, 'x'.repeat(JUTE_MAX_BUFFER - overhead + 1)));
    const after = await stage.line(`${role} after`, role);
    await after.ask(SYNC, exists(path));
  }),
];

/** What `mntr` says besides metrics, whose names 3.9 has more of. */
const STATE = /^zk_(server_state|peer_state|quorum_size|observer_master_id|learners|synced_.*|pending_syncs|global_sessions)\t/;

const WORDS: readonly Script[] = [
  onEach('what servers say of themselves', async (stage, role) => {
    const line = await stage.line(role, role);
    await line.ask(create(`/words-${role}`), getData(`/words-${role}`, true), exists('/', true));
    for (const word of ['conf', 'srvr', 'isro', 'ruok', 'dirs', 'wchs', 'gtmk']) {
      stage.say(`${role} ${word}: ${await stage.word(role, word)}`);
    }
    for (const word of ['stat', 'cons', 'dump', 'wchc', 'wchp', 'srst', 'crst', 'stat', 'cons']) {
      stage.say(`${role} ${word}: ${await stage.wordInAnyOrder(role, word)}`);
    }
    await stage.level();
    const sessions = /Session(?:s| Sets \(\d+\)\/)\((\d+)\)/.exec(await stage.ensemble.word(stage.idOf(role), 'dump'))?.[1];
    stage.say(`${role} dump tells of ${sessions ?? 'no'} sessions`);
    stage.say(`${role} envi: ${(await stage.word(role, 'envi')).replace(/=.*$/gm, '')}`);
    const state = (await stage.word(role, 'mntr')).split('\n').filter((one) => STATE.test(one));
    stage.say(`${role} mntr: ${state.sort().join('\n')}`);
  }),
];

const CONFIG = '/zookeeper/config';

interface Change {
  readonly joining?: string;
  readonly leaving?: string;
  readonly members?: string;
  readonly from?: Zxid;
}
const reconfig = (asked: Change): Request => ({
  kind: 'reconfig', joiningServers: asked.joining ?? null, leavingServers: asked.leaving ?? null,
  newMembers: asked.members ?? null, configVersion: asked.from ?? ZXID_UNINITIALIZED,
});

/** Where members may change, and everybody may ask for it. */
export const MEMBERS: readonly Script[] = [
  onEach('reconfigurations that change nobody', async (stage, role) => {
    const line = await stage.line(role, role);
    for (const request of [
      SYNC, getData(CONFIG, true), exists(CONFIG), reconfig({ leaving: '9' }), reconfig({ leaving: '' }), reconfig({}),
      reconfig({ joining: 'server.9=nonsense' }), reconfig({ joining: 'server.x=127.0.0.1:1:2;3' }), reconfig({ leaving: 'x' }),
      reconfig({ leaving: '4', from: ZXID_MAX }), reconfig({ members: 'server.1=127.0.0.1:1:2;3' }), remove(CONFIG),
    ]) await line.ask(request);
  }),
  script('an observer that is removed', async (stage) => {
    const line = await stage.line('line', 'follower');
    await line.ask(SYNC, getData(CONFIG, true));
    await line.ask(reconfig({ leaving: '4' }));
    await line.ask(getData(CONFIG), create('/after'));
  }),
];

/** See the head of the file. */
export const SCRIPTS: readonly Script[] = [...SESSIONS, ...REQUESTS, ...WATCHES, ...LIMITS, ...WORDS];
