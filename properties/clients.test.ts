/** What clients are promised, on small histories, kept and broken. */
import { suite } from 'uvu';
import { makeZxid, type Zxid, ZXID_ZERO } from '../src/base/zxid.ts';
import {
  ALICE,
  BOB,
  bytes,
  created,
  createRequest,
  judgeCases,
  type Script,
  sessionOf,
  txn,
} from '../src/history/testing.ts';
import type { Request, Response } from '../src/wire/client-messages.ts';
import type { Txn, TxnBody } from '../src/wire/transactions.ts';
import { AddWatchMode, ErrorCode, EventType, OPEN_ACL_UNSAFE, type Stat, WatcherType } from '../src/wire/words.ts';
import { atMostOnce } from './at-most-once.ts';
import { ephemerals } from './ephemerals.ts';
import { prefixReads } from './prefix-reads.ts';
import { readYourWrites } from './read-your-writes.ts';
import { results } from './results.ts';
import { sessionMove } from './session-move.ts';
import { sessions } from './sessions.ts';
import { singleSystemImage } from './single-system-image.ts';
import { sync } from './sync.ts';
import { watches } from './watches.ts';

const test = suite('judges of what clients see');

const z = (counter: number, epoch = 1): Zxid => makeZxid(epoch, counter);
const read = (kind: 'exists' | 'getData' | 'getChildren', path: string, watch = false): Request => ({ kind, path, watch });
const by = (session: typeof ALICE, cxid: number, counter: number, body: TxnBody): Txn =>
  txn(1, counter, body, session, cxid);
const create = (s: Script, counter: number, cxid: number, path: string, parentCVersion: number, data = ''): Script =>
  s
    .invoke(ALICE, cxid, createRequest(path, 0, data))
    .write(by(ALICE, cxid, counter, created(path, parentCVersion, { data })))
    .reply(ALICE, cxid, z(counter), { kind: 'create', path });
const lost = (s: Script, cxid: number): Script => s.say(1001, { kind: 'lost', sessionId: ALICE, cxid });
const disconnect = (s: Script): Script => s.say(1001, { kind: 'sessionDisconnected', sessionId: ALICE });
const resume = (s: Script, server: number, lastZxidSeen: Zxid): Script =>
  s.say(1001, { kind: 'sessionConnected', sessionId: ALICE, server, timeoutMs: 400, resumed: true, lastZxidSeen });

judgeCases(test, singleSystemImage, {}, [
  [
    'forward, over a move',
    null,
    (s) =>
      resume(disconnect(s.begin().invoke(ALICE, 1, read('exists', '/')).reply(ALICE, 1, z(2))), 3, z(2))
        .invoke(ALICE, 2, read('exists', '/'))
        .reply(ALICE, 2, z(2)),
  ],
  [
    'refused as ahead',
    null,
    (s) => s.begin().say(3, { kind: 'clientRefused', sessionId: ALICE, clientZxid: z(2), serverZxid: z(1) }),
  ],
  [
    'back, over a move',
    /had seen 1:2, then an answer shows 1:1/,
    (s) =>
      resume(disconnect(s.begin().invoke(ALICE, 1, read('exists', '/')).reply(ALICE, 1, z(2))), 3, z(2))
        .invoke(ALICE, 2, read('exists', '/'))
        .reply(ALICE, 2, z(1)),
  ],
  [
    'the client forgets',
    /is resumed as of 1:1/,
    (s) => resume(disconnect(s.begin().invoke(ALICE, 1, read('exists', '/')).reply(ALICE, 1, z(2))), 3, z(1)),
  ],
  [
    'refused without need',
    /refuses session/,
    (s) => s.begin().say(3, { kind: 'clientRefused', sessionId: ALICE, clientZxid: z(1), serverZxid: z(1) }),
  ],
]);

judgeCases(test, readYourWrites, {}, [
  ['sees it', null, (s) => create(s.begin(), 3, 1, '/a', 1).invoke(ALICE, 2, read('exists', '/a')).reply(ALICE, 2, z(3))],
  [
    'does not',
    /had written at 1:3, then its exists \(2\) is answered as of 1:2/,
    (s) => create(s.begin(), 3, 1, '/a', 1).invoke(ALICE, 2, read('exists', '/a')).reply(ALICE, 2, z(2)),
  ],
]);

const stat = (over: Partial<Stat> = {}): Stat => ({
  czxid: z(3),
  mzxid: z(3),
  ctime: 30,
  mtime: 30,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: sessionOf(0),
  dataLength: 3,
  numChildren: 0,
  pzxid: z(3),
  ...over,
});
const data = (text: string, over: Partial<Stat> = {}): Response => ({
  kind: 'getData',
  data: bytes(text),
  stat: stat(over),
});
const children = (...names: readonly string[]): Response => ({ kind: 'getChildren', children: names });
/** /a at 1:3 with "one", /a/b at 1:4, /a set to "two" at 1:5, /a/b deleted at 1:6. */
const story = (s: Script): Script =>
  create(create(s.begin(), 3, 1, '/a', 1, 'one'), 4, 2, '/a/b', 1)
    .invoke(ALICE, 3, { kind: 'setData', path: '/a', data: bytes('two'), version: 0 })
    .write(by(ALICE, 3, 5, { kind: 'setData', path: '/a', data: bytes('two'), version: 1 }))
    .invoke(ALICE, 4, { kind: 'delete', path: '/a/b', version: -1 })
    .write(by(ALICE, 4, 6, { kind: 'delete', path: '/a/b' }));
const asks = (s: Script, request: Request, counter: number, response: Response | null, err = 0): Script =>
  s.invoke(BOB, 1, request).reply(BOB, 1, z(counter), response, err);

judgeCases(test, prefixReads, {}, [
  ['the first version', null, (s) => asks(story(s), read('getData', '/a'), 3, data('one'))],
  [
    'with a child',
    null,
    (s) => asks(story(s), read('getData', '/a'), 4, data('one', { cversion: 1, numChildren: 1, pzxid: z(4) })),
  ],
  [
    'the second version',
    null,
    (s) =>
      asks(
        story(s),
        read('getData', '/a'),
        5,
        data('two', { mzxid: z(5), mtime: 50, version: 1, cversion: 1, numChildren: 1, pzxid: z(4) }),
      ),
  ],
  [
    'the child gone',
    null,
    (s) =>
      asks(
        story(s),
        read('getData', '/a'),
        6,
        data('two', { mzxid: z(5), mtime: 50, version: 1, cversion: 2, pzxid: z(6) }),
      ),
  ],
  ['children, then', null, (s) => asks(story(s), read('getChildren', '/a'), 5, children('b'))],
  ['children, now', null, (s) => asks(story(s), read('getChildren', '/a'), 6, children())],
  ['not there yet', null, (s) => asks(story(s), read('exists', '/a/b'), 3, null, -101)],
  ['at the beginning of an epoch', null, (s) => asks(story(s), read('exists', '/a'), 0, null, -101)],
  [
    'a mixture',
    /shows data "two", not "one"/,
    (s) => asks(story(s), read('getData', '/a'), 4, data('two', { cversion: 1, numChildren: 1, pzxid: z(4) })),
  ],
  ['a wrong stat', /shows a stat of/, (s) => asks(story(s), read('getData', '/a'), 3, data('one', { version: 7 }))],
  ['a ghost', /finds \(0\) what does not exist then/, (s) => asks(story(s), read('getData', '/a/b'), 6, data('one'))],
  ['a blind spot', /is refused with -101/, (s) => asks(story(s), read('exists', '/a'), 3, null, -101)],
  [
    'a child too many',
    /shows the children b c, not b/,
    (s) => asks(story(s), read('getChildren', '/a'), 5, children('b', 'c')),
  ],
  [
    'of a state that is not committed',
    /which is not committed/,
    (s) => asks(story(s).propose(1, txn(1, 7, created('/c', 2))), read('exists', '/a'), 7, null, -101),
  ],
]);

const sequential = (s: Script, path: string): Script =>
  s
    .begin()
    .invoke(ALICE, 1, createRequest('/q-', 2))
    .write(by(ALICE, 1, 3, created(path, 1)));
const multi: Request = {
  kind: 'multi',
  ops: [
    { kind: 'create', path: '/m', data: null, acl: [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }], flags: 0 },
    { kind: 'check', path: '/none', version: -1 },
  ],
};
const refusedMulti = (...errs: readonly number[]): TxnBody => ({
  kind: 'multi',
  txns: errs.map((err) => ({ kind: 'error', err })),
});

/** A node that lives for 20 ms is made at 30 ms, and reaped at `atMs`. */
const reaped = (s: Script, atMs: number): Script =>
  s
    .begin()
    .write(by(ALICE, 1, 3, { kind: 'createTTL', path: '/t', data: null, acl: OPEN_ACL_UNSAFE, parentCVersion: 1, ttl: 20 }))
    .write({ ...txn(1, 4, { kind: 'deleteContainer', path: '/t' }), time: atMs });
/** A node that only ann with her secret may change; somebody with ann's name and a password writes it. */
const guarded = (s: Script, password: string, body: TxnBody): Script => {
  const acl = [{ perms: 31, id: { scheme: 'digest', id: 'ann:7RJfAeIvrl4zdj6sS2fXrQHDvHM=' } }];
  return s
    .begin()
    .write(by(BOB, 1, 3, { kind: 'create', path: '/g', data: null, acl, ephemeral: false, parentCVersion: 1 }))
    .invoke(ALICE, -4, { kind: 'auth', authType: 0, scheme: 'digest', auth: bytes(`ann:${password}`) })
    .invoke(ALICE, 1, { kind: 'setData', path: '/g', data: null, version: -1 })
    .write(by(ALICE, 1, 4, body));
};

judgeCases(test, results, {}, [
  [
    'a story',
    null,
    (s) =>
      story(s)
        .reply(ALICE, 3, z(5), {
          kind: 'setData',
          stat: stat({ mzxid: z(5), mtime: 50, version: 1, cversion: 1, numChildren: 1, pzxid: z(4) }),
        })
        .reply(ALICE, 4, z(6), { kind: 'delete' }),
  ],
  [
    'a sequence number',
    null,
    (s) => sequential(s, '/q-0000000000').reply(ALICE, 1, z(3), { kind: 'create', path: '/q-0000000000' }),
  ],
  [
    'a refusal',
    null,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, createRequest('/no/such'))
        .write(by(ALICE, 1, 3, { kind: 'error', err: -101 }))
        .reply(ALICE, 1, z(3), null, -101),
  ],
  [
    'a refused multi',
    null,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, multi)
        .write(by(ALICE, 1, 3, refusedMulti(0, -101)))
        .reply(ALICE, 1, z(3), {
          kind: 'multi',
          results: [
            { kind: 'error', err: 0 },
            { kind: 'error', err: -101 },
          ],
        }),
  ],
  ['another sequence number', /\/q-0000000000 was due, not \/q-0000000001/, (s) => sequential(s, '/q-0000000001')],
  [
    'a refusal without ground',
    /create should have succeeded, but was refused with -110/,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, createRequest('/a'))
        .write(by(ALICE, 1, 3, { kind: 'error', err: -110 })),
  ],
  [
    'another refusal',
    /refusal -101 was due, not refusal -110/,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, createRequest('/no/such'))
        .write(by(ALICE, 1, 3, { kind: 'error', err: -110 })),
  ],
  [
    'a stale version',
    /refusal -103 was due, not setData of \/a/,
    (s) =>
      story(s)
        .invoke(ALICE, 5, { kind: 'setData', path: '/a', data: null, version: 0 })
        .write(by(ALICE, 5, 7, { kind: 'setData', path: '/a', data: null, version: 1 })),
  ],
  [
    'half a multi',
    /operation 0: refusal 0 was due, not create of \/m/,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, multi)
        .write(
          by(ALICE, 1, 3, {
            kind: 'multi',
            txns: [
              { kind: 'create', path: '/m', data: null, acl: [], ephemeral: false, parentCVersion: 1 },
              { kind: 'error', err: -101 },
            ],
          }),
        ),
  ],
  [
    'the answer says otherwise',
    /says -110, not 0/,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, createRequest('/a'))
        .write(by(ALICE, 1, 3, created('/a', 1)))
        .reply(ALICE, 1, z(3), null, -110),
  ],
  [
    'the answer names another path',
    /names \/q-1, not \/q-0000000000/,
    (s) => sequential(s, '/q-0000000000').reply(ALICE, 1, z(3), { kind: 'create', path: '/q-1' }),
  ],
  ['reaped in time', null, (s) => reaped(s, 60)],
  ['reaped too early', /\/t was reaped before its time was over/, (s) => reaped(s, 40)],
  [
    'refused after its end',
    null,
    (s) =>
      s
        .begin()
        .write(by(ALICE, 0, 3, { kind: 'closeSession', paths: [] }))
        .invoke(ALICE, 1, createRequest('/late'))
        .write(by(ALICE, 1, 4, { kind: 'error', err: ErrorCode.SESSIONEXPIRED })),
  ],
  [
    'refused before its end',
    /create should have succeeded, but was refused with -112/,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, createRequest('/early'))
        .write(by(ALICE, 1, 3, { kind: 'error', err: ErrorCode.SESSIONEXPIRED })),
  ],
  ['what its credentials allow', null, (s) => guarded(s, 'secret', { kind: 'setData', path: '/g', data: null, version: 1 })],
  [
    'what other credentials do not',
    /refusal -102 was due, not setData of \/g/,
    (s) => guarded(s, 'guess', { kind: 'setData', path: '/g', data: null, version: 1 }),
  ],
]);

const synced = (s: Script, counter: number): Script =>
  create(s.begin(), 3, 1, '/a', 1)
    .invoke(BOB, 1, { kind: 'sync', path: '/' })
    .say(1, { kind: 'syncAnswered', sessionId: BOB, cxid: 1, lastCommitted: z(3) })
    .reply(BOB, 1, z(2), { kind: 'sync', path: '/' })
    .invoke(BOB, 2, read('exists', '/a'))
    .reply(BOB, 2, z(counter));

judgeCases(test, sync, {}, [
  ['sees what others were answered', null, (s) => synced(s, 3)],
  [
    'asked of a leader that was deposed',
    null,
    (s) =>
      create(s.begin(), 3, 1, '/a', 1)
        .establish(2, [3], 2, z(3))
        .invoke(BOB, 1, { kind: 'sync', path: '/' })
        .say(1, { kind: 'syncAnswered', sessionId: BOB, cxid: 1, lastCommitted: z(2) })
        .reply(BOB, 1, z(2), { kind: 'sync', path: '/' })
        .invoke(BOB, 2, read('exists', '/a'))
        .reply(BOB, 2, z(2)),
  ],
  ['sees less', /after sync 1, its exists \(2\) is answered as of 1:2, though 1:3/, (s) => synced(s, 2)],
  [
    'answered too early',
    /answers sync 1 .* at 1:2, though 1:3/,
    (s) =>
      create(s.begin(), 3, 1, '/a', 1)
        .invoke(BOB, 1, { kind: 'sync', path: '/' })
        .say(1, { kind: 'syncAnswered', sessionId: BOB, cxid: 1, lastCommitted: z(2) }),
  ],
]);

const watching = (s: Script): Script =>
  create(s.begin(), 3, 1, '/a', 1)
    .invoke(BOB, 1, read('getData', '/a', true))
    .reply(BOB, 1, z(3), data(''));
const changed = (s: Script): Script =>
  s
    .invoke(ALICE, 2, { kind: 'setData', path: '/a', data: null, version: -1 })
    .write(by(ALICE, 2, 4, { kind: 'setData', path: '/a', data: null, version: 1 }));
const fires = (s: Script, type: number, path: string, counter: number): Script =>
  s.say(1002, { kind: 'watchFired', sessionId: BOB, type, path, zxid: z(counter) });
const staying = (s: Script, mode: number): Script =>
  create(s.begin(), 3, 1, '/a', 1)
    .invoke(BOB, 1, { kind: 'addWatch', path: '/a', mode })
    .reply(BOB, 1, z(3), { kind: 'addWatch', err: 0 });
const createdUnder = (s: Script): Script => create(s, 5, 3, '/a/b', 1);
const looks = (s: Script, counter: number): Script => s.invoke(BOB, 2, read('exists', '/')).reply(BOB, 2, z(counter));

/** Bob comes back with the watch that he had. */
const brought = (s: Script): Script =>
  staying(s, AddWatchMode.PERSISTENT_RECURSIVE)
    .say(1002, { kind: 'sessionDisconnected', sessionId: BOB })
    .say(1002, { kind: 'sessionConnected', sessionId: BOB, server: 3, timeoutMs: 400, resumed: true, lastZxidSeen: z(3) })
    .invoke(BOB, -8, {
      kind: 'setWatches2',
      relativeZxid: z(3),
      dataWatches: [],
      existWatches: [],
      childWatches: [],
      persistentWatches: [],
      persistentRecursiveWatches: ['/a'],
    })
    .reply(BOB, -8, z(3), { kind: 'setWatches' });

judgeCases(test, watches, {}, [
  ['told, then shown', null, (s) => looks(fires(changed(watching(s)), EventType.NodeDataChanged, '/a', 4), 4)],
  ['shown an earlier state', null, (s) => looks(changed(watching(s)), 3)],
  [
    'gone with the connection',
    null,
    (s) => looks(changed(watching(s)).say(1002, { kind: 'sessionDisconnected', sessionId: BOB }), 4),
  ],
  [
    'deleted: one event for both',
    null,
    (s) =>
      looks(
        fires(
          watching(s)
            .invoke(BOB, 9, read('getChildren', '/a', true))
            .reply(BOB, 9, z(3), children())
            .invoke(ALICE, 2, { kind: 'delete', path: '/a', version: -1 })
            .write(by(ALICE, 2, 4, { kind: 'delete', path: '/a' })),
          EventType.NodeDeleted,
          '/a',
          4,
        ),
        4,
      ),
  ],
  ['shown, and not told', /before it hears of the change of \/a at 1:4/, (s) => looks(changed(watching(s)), 4)],
  [
    'changed before the answer that left the watch was in',
    /before it hears of the change of \/a at 1:4/,
    (s) =>
      looks(
        changed(create(s.begin(), 3, 1, '/a', 1).invoke(BOB, 1, read('getData', '/a', true))).reply(BOB, 1, z(3), data('')),
        4,
      ),
  ],
  [
    'a child created',
    /change of \/ at 1:4/,
    (s) =>
      looks(
        create(
          create(s.begin(), 3, 1, '/a', 1)
            .invoke(BOB, 1, read('getChildren', '/', true))
            .reply(BOB, 1, z(3), children('a', 'zookeeper')),
          4,
          2,
          '/b',
          2,
        ),
        4,
      ),
  ],
  [
    'told too late',
    /after an answer as of 1:4/,
    (s) => fires(looks(changed(s.begin()), 4), EventType.NodeDataChanged, '/a', 4),
  ],
  [
    'a persistent watch, told twice',
    null,
    (s) => {
      const once = fires(changed(staying(s, AddWatchMode.PERSISTENT)), EventType.NodeDataChanged, '/a', 4);
      return looks(fires(createdUnder(once), EventType.NodeChildrenChanged, '/a', 5), 5);
    },
  ],
  [
    'a persistent watch that is used up',
    /change of \/a at 1:5/,
    (s) => {
      const once = fires(changed(staying(s, AddWatchMode.PERSISTENT)), EventType.NodeDataChanged, '/a', 4);
      return looks(createdUnder(once), 5);
    },
  ],
  [
    'a recursive watch, told of what is below',
    null,
    (s) => {
      const both = fires(changed(staying(s, AddWatchMode.PERSISTENT_RECURSIVE)), EventType.NodeDataChanged, '/a', 4);
      return looks(fires(createdUnder(both), EventType.NodeCreated, '/a/b', 5), 5);
    },
  ],
  [
    'a recursive watch that does not look down',
    /change of \/a\/b at 1:5/,
    (s) => {
      const once = fires(changed(staying(s, AddWatchMode.PERSISTENT_RECURSIVE)), EventType.NodeDataChanged, '/a', 4);
      return looks(createdUnder(once), 5);
    },
  ],
  [
    'a recursive watch that was brought along, told of what is below',
    null,
    (s) => looks(fires(changed(brought(s)), EventType.NodeDataChanged, '/a', 4), 4),
  ],
  ['a recursive watch that was brought along, and lost', /change of \/a at 1:4/, (s) => looks(changed(brought(s)), 4)],
  [
    'a watch taken away in time',
    null,
    (s) =>
      looks(
        changed(
          staying(s, AddWatchMode.PERSISTENT)
            .invoke(BOB, 8, { kind: 'removeWatches', path: '/a', watcherType: WatcherType.Any })
            .reply(BOB, 8, z(3), { kind: 'removeWatches' }),
        ),
        4,
      ),
  ],
  [
    'an event of nothing',
    /hears of event 1 at \/a, which 1:4 did not bring about/,
    (s) => fires(changed(watching(s)), EventType.NodeCreated, '/a', 4),
  ],
  [
    'an event of a node that one may not read',
    /hears of the change of \/a at 1:4, which it may not read/,
    (s) => {
      const acl = [{ perms: 30, id: { scheme: 'world', id: 'anyone' } }];
      const hidden: TxnBody = { kind: 'create', path: '/a', data: null, acl, ephemeral: false, parentCVersion: 1 };
      const armed = s.begin().invoke(BOB, 1, read('exists', '/a', true)).reply(BOB, 1, z(2), null, ErrorCode.NONODE);
      return fires(changed(armed.write(by(ALICE, 1, 3, hidden))), EventType.NodeDataChanged, '/a', 4);
    },
  ],
]);

const owning = (s: Script): Script =>
  s
    .begin()
    .invoke(ALICE, 1, createRequest('/e', 1))
    .write(by(ALICE, 1, 3, created('/e', 1, { ephemeral: true })));
const closed = (s: Script, counter: number, ...paths: readonly string[]): Script =>
  s.write(by(ALICE, 0, counter, { kind: 'closeSession', paths }));

judgeCases(test, ephemerals, {}, [
  ['gone with its session', null, (s) => closed(owning(s), 4, '/e')],
  ['deleted before', null, (s) => closed(owning(s).write(by(BOB, 1, 4, { kind: 'delete', path: '/e' })), 5)],
  ['left behind', /its ephemeral \/e outlived the session/, (s) => closed(owning(s), 4)],
  [
    'takes what is not its own',
    /deleted \/x, which is not its own/,
    (s) => closed(owning(s).write(by(BOB, 1, 4, created('/x', 2))), 5, '/e', '/x'),
  ],
  [
    'created after the end',
    /by a session that is not open/,
    (s) => closed(s.begin(), 3).write(by(ALICE, 1, 4, created('/e', 1, { ephemeral: true }))),
  ],
  [
    'created by a local session',
    /by a session that is not open/,
    (s) => local(s.begin()).write(by(sessionOf(7), 1, 3, created('/e', 1, { ephemeral: true }))),
  ],
  ['with a child', /was created under an ephemeral/, (s) => owning(s).write(by(BOB, 1, 4, created('/e/c', 1)))],
]);

/** Server 2 opens a session of its own for a client. */
function local(s: Script): Script {
  const sessionId = sessionOf(7);
  s.say(2, { kind: 'localSessionOpened', sessionId, timeoutMs: 400, isReadOnly: false });
  const lastZxidSeen = z(0);
  return s.say(1002, { kind: 'sessionConnected', sessionId, server: 2, timeoutMs: 400, resumed: false, lastZxidSeen });
}

judgeCases(test, sessions, {}, [
  [
    'expired when its time has come',
    null,
    (s) =>
      closed(s.begin().after(500).say(1, { kind: 'sessionExpiring', sessionId: ALICE, idleMs: 450, timeoutMs: 400 }), 3).say(
        1001,
        { kind: 'sessionExpired', sessionId: ALICE },
      ),
  ],
  [
    'told before it is committed',
    null,
    (s) =>
      s
        .begin()
        .after(500)
        .say(1, { kind: 'sessionExpiring', sessionId: ALICE, idleMs: 450, timeoutMs: 400 })
        .say(1001, { kind: 'sessionExpired', sessionId: ALICE }),
  ],
  ['closed twice', null, (s) => closed(closed(s.begin(), 3), 4)],
  [
    'expired by a bad count',
    /100 ms after it heard of it/,
    (s) => s.begin().after(500).say(1, { kind: 'sessionExpiring', sessionId: ALICE, idleMs: 100, timeoutMs: 400 }),
  ],
  [
    'expired by a new leader',
    /100 ms after it began to lead/,
    (s) =>
      s
        .begin()
        .after(500)
        .establish(2, [3], 2, z(2))
        .after(100)
        .say(2, { kind: 'sessionExpiring', sessionId: ALICE, idleMs: 450, timeoutMs: 400 }),
  ],
  [
    'expired though it wrote',
    /100 ms after it proposed a write/,
    (s) =>
      create(s.begin().after(500), 3, 1, '/a', 1)
        .after(100)
        .say(1, { kind: 'sessionExpiring', sessionId: ALICE, idleMs: 450, timeoutMs: 400 }),
  ],
  [
    'left while it was local, and made global by what was left behind',
    null,
    (s) =>
      local(s.begin())
        .say(1002, { kind: 'sessionDisconnected', sessionId: sessionOf(7) })
        .write(by(sessionOf(7), 0, 3, { kind: 'createSession', timeoutMs: 400 }))
        .say(1002, { kind: 'sessionExpired', sessionId: sessionOf(7) }),
  ],
  [
    'left when it was no longer local',
    /nobody has expired it/,
    (s) =>
      local(s.begin())
        .write(by(sessionOf(7), 0, 3, { kind: 'createSession', timeoutMs: 400 }))
        .say(1002, { kind: 'sessionDisconnected', sessionId: sessionOf(7) })
        .say(1002, { kind: 'sessionExpired', sessionId: sessionOf(7) }),
  ],
  ['told for no reason', /nobody has expired it/, (s) => s.begin().say(1001, { kind: 'sessionExpired', sessionId: ALICE })],
  [
    'writes after its end',
    /wrote after it was closed/,
    (s) => closed(s.begin(), 3).write(by(ALICE, 1, 4, created('/a', 1))),
  ],
  [
    'local: it stands and writes without a beginning',
    null,
    (s) => local(s.begin()).write(by(sessionOf(7), 1, 3, created('/a', 1))),
  ],
  [
    'replaced behind its back',
    /came back .* and was given/,
    (s) => {
      const again = { kind: 'sessionConnected', server: 3, timeoutMs: 400, resumed: true, lastZxidSeen: z(2) } as const;
      return s.begin().say(1001, { ...again, sessionId: BOB });
    },
  ],
  ['writes without a beginning', /never created/, (s) => s.begin().write(by(sessionOf(7), 1, 3, created('/a', 1)))],
  ['created twice', /created twice/, (s) => s.begin().write(by(ALICE, 0, 3, { kind: 'createSession', timeoutMs: 1 }))],
  [
    'stands without a beginning',
    /its creation is not committed/,
    (s) =>
      s.begin().say(1001, {
        kind: 'sessionConnected',
        sessionId: sessionOf(7),
        server: 1,
        timeoutMs: 1,
        resumed: false,
        lastZxidSeen: ZXID_ZERO,
      }),
  ],
  [
    'answered after its end',
    /after it was told that it is gone/,
    (s) =>
      closed(
        s
          .begin()
          .invoke(ALICE, 1, read('exists', '/'))
          .after(500)
          .say(1, { kind: 'sessionExpiring', sessionId: ALICE, idleMs: 450, timeoutMs: 400 }),
        3,
      )
        .say(1001, { kind: 'sessionExpired', sessionId: ALICE })
        .reply(ALICE, 1, z(2)),
  ],
]);

const left = (s: Script): Script => disconnect(lost(s.begin().invoke(ALICE, 1, createRequest('/a')), 1));
const late = by(ALICE, 1, 3, created('/a', 1));

judgeCases(test, sessionMove, {}, [
  ['proposed before the move', null, (s) => resume(left(s).propose(1, late), 3, z(2)).log([1, 2, 3], late).commit(1, late)],
  ['refused after it', null, (s) => resume(left(s), 3, z(2)).write(by(ALICE, 1, 3, { kind: 'error', err: -118 }))],
  ['proposed after it', /was proposed \(1:3\) after the session had moved/, (s) => resume(left(s), 3, z(2)).write(late)],
]);

judgeCases(test, atMostOnce, {}, [
  ['once', null, (s) => left(s).write(late)],
  [
    'twice',
    /request 1 of session .* is ordered a second time, at 1:4/,
    (s) =>
      left(s)
        .write(late)
        .write(by(ALICE, 1, 4, created('/a2', 2))),
  ],
  ['twice, answered', /a second time/, (s) => create(s.begin(), 3, 1, '/a', 1).write(by(ALICE, 1, 4, created('/a2', 2)))],
]);

test.run();
