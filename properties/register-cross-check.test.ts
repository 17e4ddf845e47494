/** What clients were answered, with zxids that are all the same: this judge must not need them. */
import { suite } from 'uvu';
import { makeZxid } from '../src/base/zxid.ts';
import { NO_SESSION, type SessionId } from '../src/base/session-id.ts';
import { ALICE, BOB, bytes, createRequest, judgeCases, type Script } from '../src/history/testing.ts';
import { CreateFlag, ErrorCode, type Stat } from '../src/wire/words.ts';
import { registerCrossCheck } from './register-cross-check.ts';

const test = suite('the cross-check by search');

const Z = makeZxid(1, 2);
const at = (version: number): Stat => ({
  czxid: Z, mzxid: Z, ctime: 0, mtime: 0, version, cversion: 0, aversion: 0, ephemeralOwner: NO_SESSION, dataLength: 0,
  numChildren: 0, pzxid: Z,
});
const asks = (s: Script, who: SessionId, cxid: number, data: string, version = -1): Script =>
  s.invoke(who, cxid, { kind: 'setData', path: '/a', data: bytes(data), version });
const isSet = (s: Script, who: SessionId, cxid: number, version: number): Script =>
  s.reply(who, cxid, Z, { kind: 'setData', stat: at(version) });
const set = (s: Script, who: SessionId, cxid: number, data: string, version: number): Script =>
  isSet(asks(s, who, cxid, data), who, cxid, version);
const sync = (s: Script, who: SessionId, cxid: number): Script =>
  s.invoke(who, cxid, { kind: 'sync', path: '/a' }).reply(who, cxid, Z, { kind: 'sync', path: '/a' });
const sees = (s: Script, who: SessionId, cxid: number, data: string, version: number): Script =>
  s.invoke(who, cxid, { kind: 'getData', path: '/a', watch: false })
    .reply(who, cxid, Z, { kind: 'getData', data: bytes(data), stat: at(version) });
/** ALICE makes /a with her first request. */
const begin = (s: Script, flags: number = CreateFlag.PERSISTENT): Script =>
  s.begin().invoke(ALICE, 1, createRequest('/a', flags, 'x')).reply(ALICE, 1, Z, { kind: 'create', path: '/a' });
const refused = (s: Script, who: SessionId, cxid: number, err: number): Script => s.reply(who, cxid, Z, null, err);
const multi = (s: Script, who: SessionId, cxid: number, data: string, version: number): Script =>
  s.invoke(who, cxid, { kind: 'multi', ops: [
    { kind: 'check', path: '/a', version },
    { kind: 'setData', path: '/a', data: bytes(data), version: -1 },
    { kind: 'delete', path: '/b', version: -1 },
  ] });
const done = (s: Script, who: SessionId, cxid: number, version: number): Script =>
  s.reply(who, cxid, Z, {
    kind: 'multi', results: [{ kind: 'check' }, { kind: 'setData', stat: at(version) }, { kind: 'delete' }],
  });
const makesB = (s: Script): Script =>
  s.invoke(BOB, 1, createRequest('/b')).reply(BOB, 1, Z, { kind: 'create', path: '/b' });

judgeCases(test, registerCrossCheck, {}, [
  ['a read behind a sync', null, (s) => sees(sync(set(begin(s), ALICE, 2, 'y', 1), BOB, 1), BOB, 2, 'y', 1)],
  [
    'a stale read behind a sync',
    /at \/a has no linearization: from "y" at version 1, there is no place for \(see "x" at version 0\)/,
    (s) => sees(sync(set(begin(s), ALICE, 2, 'y', 1), BOB, 1), BOB, 2, 'x', 0),
  ],
  ['a stale read that asked for no sync', null, (s) => sees(set(begin(s), ALICE, 2, 'y', 1), BOB, 2, 'x', 0)],
  [
    'a sync of a connection that is gone',
    null,
    (s) =>
      sees(
        sync(set(begin(s), ALICE, 2, 'y', 1), BOB, 1).say(1002, { kind: 'sessionDisconnected', sessionId: BOB }), BOB, 2, 'x', 0,
      ),
  ],
  [
    'a sync that a deposed leader answered',
    null,
    (s) => {
      const asked = set(begin(s), ALICE, 2, 'y', 1).establish(2, [3], 2, Z).invoke(BOB, 1, { kind: 'sync', path: '/a' });
      asked.say(1, { kind: 'syncAnswered', sessionId: BOB, cxid: 1, lastCommitted: Z });
      return sees(asked.reply(BOB, 1, Z, { kind: 'sync', path: '/a' }), BOB, 2, 'x', 0);
    },
  ],
  [
    'both of two writes on one version',
    /in conflict are \(set "y" if version 0 at version 1\), \(set "z" if version 0 at version 1\)/,
    (s) => isSet(isSet(asks(asks(begin(s), ALICE, 2, 'y', 0), BOB, 1, 'z', 0), ALICE, 2, 1), BOB, 1, 1),
  ],
  [
    'one of two writes on one version',
    null,
    (s) => refused(isSet(asks(asks(begin(s), ALICE, 2, 'y', 0), BOB, 1, 'z', 0), ALICE, 2, 1), BOB, 1, ErrorCode.BADVERSION),
  ],
  ['a write that is forgotten', /no place for \(set "z" at version 1\)/, (s) =>
    set(set(begin(s), ALICE, 2, 'y', 1), BOB, 1, 'z', 1)],
  [
    'a lost write that is seen later',
    null,
    (s) =>
      set(asks(begin(s), ALICE, 2, 'y').say(1001, { kind: 'lost', sessionId: ALICE, cxid: 2 }), ALICE, 3, 'z', 2),
  ],
  [
    'a lost write that counts twice',
    /no place for \(set "z" at version 3\)/,
    (s) => set(asks(begin(s), ALICE, 2, 'y').say(1001, { kind: 'lost', sessionId: ALICE, cxid: 2 }), ALICE, 3, 'z', 3),
  ],
  [
    'a refused write that is seen',
    /no place for \(see "y" at version 1\)/,
    (s) => sees(sync(refused(asks(begin(s), ALICE, 2, 'y', 7), ALICE, 2, ErrorCode.BADVERSION), BOB, 1), BOB, 2, 'y', 1),
  ],
  [
    'a create that is refused for nothing',
    /no place for \(create "" found a node\)/,
    (s) => refused(s.begin().invoke(ALICE, 1, createRequest('/c')), ALICE, 1, ErrorCode.NODEEXISTS),
  ],
  ['a refusal that tells of the parent', null, (s) =>
    refused(begin(s).invoke(ALICE, 2, createRequest('/a/b/c')), ALICE, 2, ErrorCode.NONODE)],
  [
    'a delete that is refused for children',
    null,
    (s) => refused(begin(s).invoke(ALICE, 2, { kind: 'delete', path: '/a', version: 0 }), ALICE, 2, ErrorCode.NOTEMPTY),
  ],
  ['a multi', null, (s) => set(done(multi(makesB(begin(s)), ALICE, 2, 'y', 0), ALICE, 2, 1), BOB, 2, 'z', 2)],
  [
    'a multi of which one path shows nothing',
    /no place for \(check if version 0 and set "y" at version 2\)/,
    (s) => done(multi(makesB(begin(s)), ALICE, 2, 'y', 0), ALICE, 2, 2),
  ],
  ['an ephemeral node', null, (s) => sees(sync(begin(s, CreateFlag.EPHEMERAL), BOB, 1), BOB, 2, 'never', 9)],
]);

test.run();
