/** What clients are promised of sessions, of what is theirs and of what was asked for once: small histories, kept and broken. */
import { suite } from 'uvu';
import { ZXID_ZERO } from '../src/base/zxid.ts';
import { ALICE, BOB, created, createRequest, judgeCases, type Script, sessionOf } from '../src/history/testing.ts';
import { atMostOnce } from './at-most-once.ts';
import { by, create, disconnect, read, resume, z } from './clients-testing.ts';
import { ephemerals } from './ephemerals.ts';
import { sessionMove } from './session-move.ts';
import { sessions } from './sessions.ts';

const test = suite('judges of sessions');

const lost = (s: Script, cxid: number): Script => s.say(1001, { kind: 'lost', sessionId: ALICE, cxid });

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

const NOT_HEARD_OF = { kind: 'sessionExpiring', sessionId: ALICE, idleMs: 450, timeoutMs: 400 } as const;

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
    'given up in the quiet, as it was not heard of before',
    null,
    (s) => s.begin().say(0, { kind: 'healed' }).after(1400).say(1, NOT_HEARD_OF),
  ],
  [
    'given up in the quiet, though connected for longer than its timeout',
    /in the quiet for longer than its timeout of 400 ms/,
    (s) => s.begin().say(0, { kind: 'healed' }).after(1401).say(1, NOT_HEARD_OF),
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
