/** Order, exactness and catching-up of watches: on small histories, kept and broken. */
import { suite } from 'uvu';
import { makeZxid, type Zxid, ZXID_UNINITIALIZED, ZXID_ZERO } from '../src/base/zxid.ts';
import type { Request } from '../src/wire/client-messages.ts';
import { AddWatchMode, ErrorCode, EventType, WatcherType, Xid } from '../src/wire/words.ts';
import { ALICE, bytes, created, judgeCases, type Script, txn } from '../src/history/testing.ts';
import { watchCatchUp } from './watch-catch-up.ts';
import { watchExactness } from './watch-exactness.ts';
import { watchOrder } from './watch-order.ts';

const test = suite('judges of watches');

type Tell = (s: Script) => Script;
const { NodeCreated, NodeDeleted, NodeDataChanged, NodeChildrenChanged } = EventType;
const z = (counter: number): Zxid => makeZxid(1, counter);
const all = (...parts: readonly Tell[]): Tell => (s) => parts.reduce((script, part) => part(script), s);
const begin: Tell = (s) => s.begin();
const makes = (counter: number, path: string): Tell => (s) => s.write(txn(1, counter, created(path, 1)));
const sets = (counter: number, path: string, version = 1): Tell => (s) => {
  return s.write(txn(1, counter, { kind: 'setData', path, data: bytes(String(counter)), version }));
};
const drops = (counter: number, path: string): Tell => (s) => s.write(txn(1, counter, { kind: 'delete', path }));
const asks = (request: Request, zxid: number, err = 0, cxid = zxid): Tell => (s) => {
  return s.invoke(ALICE, cxid, request).reply(ALICE, cxid, z(zxid), null, err);
};
const watches = (kind: 'exists' | 'getData' | 'getChildren', path: string, zxid: number, err = 0): Tell => {
  return asks({ kind, path, watch: true }, zxid, err);
};
const hears = (type: number, path: string, counter: number): Tell => (s) => s.say(1001, {
  kind: 'watchFired', sessionId: ALICE, type, path, zxid: counter < 0 ? ZXID_UNINITIALIZED : z(counter),
});
const moves = (server = 3): Tell => (s) => s.say(1001, { kind: 'sessionDisconnected', sessionId: ALICE }).say(1001, {
  kind: 'sessionConnected', sessionId: ALICE, server, timeoutMs: 400, resumed: true, lastZxidSeen: ZXID_ZERO,
});
interface Lists {
  readonly data?: readonly string[];
  readonly exist?: readonly string[];
  readonly child?: readonly string[];
}
const renews = (since: number, { data = [], exist = [], child = [] }: Lists): Tell => (s) => s.invoke(ALICE, Xid.SET_WATCHES, {
  kind: 'setWatches', relativeZxid: z(since), dataWatches: data, existWatches: exist, childWatches: child,
});
const renewed = (zxid: number): Tell => (s) => s.reply(ALICE, Xid.SET_WATCHES, z(zxid), { kind: 'setWatches' });
const reads = (zxid: number, cxid = 90): Tell => asks({ kind: 'getData', path: '/', watch: false }, zxid, 0, cxid);
const heals: Tell = (s) => s.say(0, { kind: 'healed' });
const waits: Tell = (s) => s.after(3000);

judgeCases(test, watchOrder, {}, [
  ['in order', null, all(begin, hears(NodeCreated, '/a', 3), reads(3), hears(NodeDataChanged, '/a', 4))],
  ['two of one transaction', null, all(begin, hears(NodeDeleted, '/a', 3), hears(NodeChildrenChanged, '/', 3))],
  ['the later one first', /after an event of 1:4/, all(begin, hears(NodeCreated, '/a', 4), hears(NodeCreated, '/b', 3))],
  ['after an answer that includes it', /after an answer as of 1:4/, all(begin, reads(4), hears(NodeCreated, '/a', 4))],
]);

judgeCases(test, watchExactness, {}, [
  [
    'a creation',
    null,
    all(begin, watches('exists', '/a', 2, ErrorCode.NONODE), makes(3, '/a'), hears(NodeCreated, '/a', 3), reads(3)),
  ],
  ['a deletion, told once', null, all(
    begin, makes(3, '/a'), watches('getData', '/a', 3), watches('getChildren', '/a', 3), drops(4, '/a'),
      hears(NodeDeleted, '/a', 4), reads(4),
  )],
  [
    'a change of children',
    null,
    all(begin, watches('getChildren', '/', 2), makes(3, '/a'), hears(NodeChildrenChanged, '/', 3), reads(3)),
  ],
  ['a watch that stays', null, all(
    begin, makes(3, '/a'), asks({ kind: 'addWatch', path: '/a', mode: AddWatchMode.PERSISTENT }, 3),
    sets(4, '/a'), hears(NodeDataChanged, '/a', 4), sets(5, '/a', 2), hears(NodeDataChanged, '/a', 5),
  )],
  ['all below', null, all(
    begin, asks({ kind: 'addWatch', path: '/', mode: AddWatchMode.PERSISTENT_RECURSIVE }, 2), makes(3, '/a'),
      hears(NodeCreated, '/a', 3),
    makes(4, '/a/b'), hears(NodeCreated, '/a/b', 4),
  )],
  ['brought along', null, all(
    begin, makes(3, '/a'), watches('getData', '/a', 3), moves(), renews(3, { data: ['/a'] }), renewed(3),
    sets(4, '/a'), hears(NodeDataChanged, '/a', 4), reads(4),
  )],
  ['removed', null, all(
    begin, makes(3, '/a'), watches('getData', '/a', 3),
      asks({ kind: 'removeWatches', path: '/a', watcherType: WatcherType.Data }, 3, 0, 4),
    sets(4, '/a'), reads(4), heals, waits,
  )],
  ['still to come', null, all(begin, watches('getChildren', '/', 2), heals, waits, makes(3, '/a'))],
  ['nothing is watched', /which it does not watch/, all(begin, makes(3, '/a'), hears(NodeCreated, '/a', 3))],
  ['told twice', /event 3 at \/a \(1:5\), which it does not watch/, all(
    begin, makes(3, '/a'), watches('getData', '/a', 3), sets(4, '/a'), hears(NodeDataChanged, '/a', 4),
      sets(5, '/a', 2), hears(NodeDataChanged, '/a', 5),
  )],
  ['the children of one that is watched with all below', /event 4 at \/a .* does not watch/, all(
    begin, asks({ kind: 'addWatch', path: '/', mode: AddWatchMode.PERSISTENT_RECURSIVE }, 2), makes(3, '/a'), makes(4, '/a/b'),
    hears(NodeChildrenChanged, '/a', 4),
  )],
  ['a watch of another connection', /does not watch/, all(
    begin, makes(3, '/a'), watches('getData', '/a', 3), moves(), sets(4, '/a'), hears(NodeDataChanged, '/a', 4),
  )],
  [
    'nothing happened',
    /which 1:3 did not bring about/,
    all(begin, watches('exists', '/b', 2, ErrorCode.NONODE), makes(3, '/a'), hears(NodeCreated, '/b', 3)),
  ],
  [
    'another type',
    /event 2 at \/a, which 1:3 did not/,
    all(begin, watches('exists', '/a', 2, ErrorCode.NONODE), makes(3, '/a'), hears(NodeDeleted, '/a', 3)),
  ],
  [
    'seen before it is heard of',
    /answered as of 1:3 before it hears of the change of \//,
    all(begin, watches('getChildren', '/', 2), makes(3, '/a'), reads(3)),
  ],
  ['brought along, and seen before', /before it hears of the change of \/a at 1:4/, all(
    begin, makes(3, '/a'), watches('getData', '/a', 3), moves(), renews(3, { data: ['/a'] }), renewed(3), sets(4, '/a'), reads(4),
  )],
  [
    'never told',
    /never hears of the change of \/ at 1:3/,
    all(begin, watches('getChildren', '/', 2), makes(3, '/a'), heals, waits),
  ],
]);

judgeCases(test, watchCatchUp, {}, [
  [
    'nothing missed',
    null,
    all(
      begin, makes(3, '/a'), moves(), renews(3, { data: ['/a'], child: ['/'], exist: ['/b'] }), renewed(3), reads(3),
    ),
  ],
  ['all missed', null, all(
    begin, makes(3, '/a'), moves(), renews(2, { data: ['/a', '/c'], child: ['/', '/d'], exist: ['/a'] }),
    hears(NodeDataChanged, '/a', -1), hears(NodeDeleted, '/c', -1), hears(NodeCreated, '/a', -1),
      hears(NodeChildrenChanged, '/', -1),
    hears(NodeDeleted, '/d', -1), renewed(3), reads(3),
  )],
  [
    'came and went meanwhile',
    null,
    all(begin, moves(), makes(3, '/a'), drops(4, '/a'), renews(2, { exist: ['/a'] }), renewed(4)),
  ],
  [
    'one is left out',
    /is not told of event 1 at \/a by 1:3/,
    all(begin, moves(), makes(3, '/a'), renews(2, { exist: ['/a'] }), renewed(3)),
  ],
  ['one is made up', /is told of event 1 at \/a, which had not happened by 1:2/, all(
    begin, moves(), renews(2, { exist: ['/a'] }), hears(NodeCreated, '/a', -1), renewed(2),
  )],
  ['told without asking', /without having told its watches/, all(begin, moves(), hears(NodeCreated, '/a', -1))],
  ['an answer first', /answered 90 before its watches/, all(begin, moves(), renews(2, { exist: ['/a'] }), reads(2), renewed(2))],
]);

test.run();
