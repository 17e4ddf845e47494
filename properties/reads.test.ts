/** What clients are promised of what they read, on small histories, kept and broken. */
import { suite } from 'uvu';
import { ALICE, BOB, created, judgeCases, type Script, txn } from '../src/history/testing.ts';
import type { Request, Response } from '../src/wire/client-messages.ts';
import { children, create, data, disconnect, read, resume, story, z } from './clients-testing.ts';
import { prefixReads } from './prefix-reads.ts';
import { readYourWrites } from './read-your-writes.ts';
import { singleSystemImage } from './single-system-image.ts';
import { sync } from './sync.ts';

const test = suite('judges of reads');

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

test.run();
