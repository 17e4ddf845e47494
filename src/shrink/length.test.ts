/** What counts as a step of a failing run, and from where. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION } from '../base/session-id.ts';
import { makeZxid } from '../base/zxid.ts';
import type { Fact } from '../io/fact.ts';
import type { Failure } from '../run/failure.ts';
import { chooserOf } from '../run/follow.ts';
import { runPlan } from '../run/run.ts';
import type { Message } from '../wire/message.ts';
import { LengthSink } from './length-sink.ts';
import { lengthOf } from './length.ts';
import { ANSWER, answeringPlan, failureOf, lost } from './lost-testing.ts';

const test = suite('length');
const zxid = makeZxid(1, 1);

/** Two servers, 1 of which leads and brings 2 in line as events 10 and 11. */
function formed(): LengthSink {
  const sink = new LengthSink([1, 2]);
  hears(sink, { kind: 'NEWLEADER', zxid: makeZxid(1, 0), config: '' }, 9);
  sink.fact({ kind: 'established', epoch: 1, lastZxid: makeZxid(0, 0) }, 1, 5, 10);
  sink.fact({ kind: 'synchronized', leader: 1, epoch: 1, mode: 'DIFF' }, 2, 5, 11);
  return sink;
}

function hears(sink: LengthSink, message: Message, step = 20): void {
  sink.event(step, 6000, 2, { kind: 'received', connection: 1, message });
}

test('messages, syncs, crashes and faults count, from the moment at which everybody is in line', () => {
  const sink = formed();
  assert.is(sink.length, 0);
  hears(sink, { kind: 'COMMIT', zxid });
  hears(sink, { kind: 'UPTODATE' });
  const facts: Fact[] = [
    { kind: 'durable', zxid },
    { kind: 'currentEpoch', epoch: 2 },
    { kind: 'crashed', node: 1, cause: 'fault', detail: '' },
    { kind: 'restarted', node: 1 },
    { kind: 'faultBegan', fault: 'pause', node: 1, detail: '' },
    { kind: 'role', role: 'LOOKING', epoch: 1 },
  ];
  for (const fact of facts) sink.fact(fact, 1, 7, 21);
  assert.is(sink.length, 7);
});

test('heartbeats, greetings, timers and the opening of sessions do not count', () => {
  const sink = formed();
  const body = { kind: 'createSession' as const, timeoutMs: 1000 };
  const txn = { clientId: NO_SESSION, cxid: 0, zxid, time: 0, body, bytes: new Uint8Array(0), digest: null };
  sink.fact({ kind: 'proposed', txn }, 1, 6, 12);
  hears(sink, { kind: 'PROPOSAL', txn });
  hears(sink, { kind: 'ACK', zxid });
  hears(sink, { kind: 'COMMIT', zxid });
  sink.fact({ kind: 'durable', zxid }, 1, 6, 13);
  hears(sink, { kind: 'PING', zxid, touched: null });
  hears(sink, { kind: 'electionHello', sid: 1, address: 'a:1' });
  hears(sink, { kind: 'request', xid: -2, request: { kind: 'ping' } });
  sink.event(30, 6000, 1, { kind: 'timer', timer: 1 });
  assert.is(sink.length, 0);
});

test('while there is no such moment, everything counts; a later epoch does not begin anew', () => {
  const sink = new LengthSink([1, 2, 3]);
  sink.fact({ kind: 'established', epoch: 1, lastZxid: zxid }, 1, 5, 10);
  sink.fact({ kind: 'synchronized', leader: 1, epoch: 1, mode: 'DIFF' }, 2, 5, 11);
  hears(sink, { kind: 'UPTODATE' });
  assert.is(sink.length, 1);
  assert.is(sink.formedAt, 0);
  const again = formed();
  hears(again, { kind: 'UPTODATE' });
  again.fact({ kind: 'established', epoch: 2, lastZxid: zxid }, 2, 8, 30);
  again.fact({ kind: 'synchronized', leader: 2, epoch: 2, mode: 'DIFF' }, 1, 8, 31);
  assert.is(again.length, 1);
  assert.is(again.formedAt, 11);
});

/** Steps up to the answer that matters, and up to the end. */
function stepsOf(failure: Failure): readonly [toAnswer: number, whole: number] {
  const sink = new LengthSink([1]);
  let [toAnswer, answers] = [0, 0];
  runPlan(failure.plan, chooserOf(failure), { properties: [], maxSteps: failure.events, trace: {
    event: (step, timeUs, node, event) => { sink.event(step, timeUs, node, event); },
    fact: (fact, node, timeMs, step) => {
      sink.fact(fact, node, timeMs, step);
      if (fact.kind === 'replied' && ++answers === ANSWER) toAnswer = sink.length;
    },
  } });
  return [toAnswer, sink.length];
}

test('a dead end ends with the event from which on futures fail', () => {
  const property = lost('answer');
  const failure = failureOf(answeringPlan(), property);
  const length = lengthOf(failure, [property]);
  const [toAnswer, whole] = stepsOf(failure);
  // It is certain as soon as the answer is on its way.
  assert.ok(length <= toAnswer && length >= toAnswer - 3, `${length} steps, ${toAnswer} to the answer`);
  assert.ok(toAnswer < whole, `${toAnswer} of ${whole} steps`);
});

test('what fails whatever comes is a dead end from the beginning', () => {
  const property = lost('nothing');
  assert.is(lengthOf(failureOf(answeringPlan(), property), [property]), 0);
});

test.run();
