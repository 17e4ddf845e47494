/** That whoever watches hears of a change before it sees it: on small histories, kept and broken. */
import { suite } from 'uvu';
import { ALICE, BOB, judgeCases, type Script } from '../src/history/testing.ts';
import type { TxnBody } from '../src/wire/transactions.ts';
import { AddWatchMode, ErrorCode, EventType, WatcherType } from '../src/wire/words.ts';
import { by, children, create, data, read, z } from './clients-testing.ts';
import { watches } from './watches.ts';

const test = suite('judge of watched changes');

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

test.run();
