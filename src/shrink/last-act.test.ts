/** The last act of a run: what is kept of its plan, when, and where. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import { NO_SESSION } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import type { ClientScript, ScriptedOperation } from '../client/script.ts';
import type { Fact } from '../io/fact.ts';
import type { Plan } from '../plan/plan.ts';
import { FIRST_CLIENT } from '../plan/plan.ts';
import { ActSink } from './last-act.ts';

const test = suite('last act');

function planOf(): Plan {
  const plan = SCENARIOS.find(({ name }) => name === 'calm')?.plan('1');
  if (plan === undefined) throw new Error('there is no scenario calm');
  const exists = (path: string): ScriptedOperation => ({ afterMs: 100, waitForReply: true, request: { kind: 'exists', path } });
  const client: ClientScript = {
    servers: [1, 2, 3], sessionTimeoutMs: 4000, closeAtEnd: false,
    operations: [exists('/a'), { afterMs: 0, waitForReply: true, request: { kind: 'reconnect' } }, exists('/b'), exists('/c')],
  };
  return {
    ...plan,
    members: [1, 2, 3].map((id) => ({ id, role: 'participant' })),
    clients: [client, { ...client, operations: [exists('/d')] }],
    faults: [
      { atMs: 1000, fault: { kind: 'reset', target: { node: 3 } } },
      { atMs: 5200, fault: { kind: 'pause', target: { node: 2 }, forMs: 700 } },
    ],
    safetyMs: 7000,
  };
}

/** Leader 3 at 800 ms, leader 2 at 5000 ms; the first client asks twice after that, the other one never. */
function watched(): ActSink {
  const sink = new ActSink();
  const leads: Fact = { kind: 'established', epoch: 1, lastZxid: ZXID_ZERO };
  const asks: Fact = { kind: 'invoked', sessionId: NO_SESSION, cxid: 1, request: { kind: 'exists', path: '/', watch: false } };
  const at = (server: number): Fact => ({
    kind: 'sessionConnected', sessionId: NO_SESSION, server, timeoutMs: 4000, resumed: false, lastZxidSeen: ZXID_ZERO,
  });
  sink.fact(leads, 3, 800);
  sink.fact(at(1), FIRST_CLIENT, 900);
  sink.fact(asks, FIRST_CLIENT, 1000);
  sink.fact(asks, FIRST_CLIENT + 1, 1000);
  sink.fact(at(2), FIRST_CLIENT, 4000);
  sink.fact(leads, 2, 5000);
  sink.fact(asks, FIRST_CLIENT, 5300);
  sink.fact(asks, FIRST_CLIENT, 5450);
  return sink;
}

test('what comes after the last leader comes after the first one instead, who takes its place', () => {
  const acts = watched().acts(planOf());
  assert.is(acts.length, 2);
  const [all, busy] = acts;
  // The leader of the act is called 3 now, as the first one was; 1100 ms stand for 5000 ms.
  assert.equal(all?.faults, [{ atMs: 1300, fault: { kind: 'pause', target: { node: 3 }, forMs: 700 } }]);
  assert.is(all?.safetyMs, 3100);
  const [client, idle] = all?.clients ?? [];
  assert.equal(client?.servers, [3]);
  const asked = client?.operations.map(({ afterMs, request }) => [afterMs, 'path' in request ? request.path : request.kind]);
  assert.equal(asked, [[1400, 'reconnect'], [0, '/b'], [150, '/c']]);
  assert.equal(idle?.operations, []);
  assert.is(busy?.clients.length, 1);
});

test('there is no act before the second leader', () => {
  assert.equal(new ActSink().acts(planOf()), []);
  const sink = new ActSink();
  sink.fact({ kind: 'established', epoch: 1, lastZxid: ZXID_ZERO }, 3, 800);
  assert.equal(sink.acts(planOf()), []);
});

test.run();
