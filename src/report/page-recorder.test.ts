import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { calm } from '../../scenarios/calm.ts';
import type { Process } from '../io/process.ts';
import { FIRST_CLIENT } from '../plan/plan.ts';
import { runPlan } from '../run/run.ts';
import { SeedChooser } from '../world/chooser.ts';
import { chainBetween, pastOf, sizeOf } from './client/causes.ts';
import { eventsSaying, pairOfHex, shownBy } from './client/filter.ts';
import { States } from './client/states.ts';
import { eventText, processOf, traceOf } from './client/trace.ts';
import { viewAt } from './page-changes.ts';
import { tagsOf } from './page-tags.ts';
import { impatientRun } from './page-testing.ts';
import { Views } from './page-views.ts';

const test = suite('page recorder');
const model = impatientRun();
const trace = traceOf(model);

test('a run is the same with somebody watching', () => {
  const plan = calm.plan('1');
  const plain = runPlan(plan, new SeedChooser('1'), { properties: [], stopAtStep: trace.count });
  assert.is(plain.hash, model.hash);
  assert.is(trace.count, plain.events);
});

test('what was put together from differences is what the processes were', () => {
  const plan = calm.plan('1');
  const processes = new Map<number, Process>();
  const last = Math.floor(trace.count * 0.7);
  const trap = { event: (): void => undefined, booted: (node: number, process: Process) => void processes.set(node, process) };
  runPlan(plan, new SeedChooser('1'), { properties: [], stopAtStep: last, trace: trap });
  const states = new States(trace);
  const views = new Views();
  for (const [index, { node }] of model.processes.entries()) {
    const process = processes.get(node);
    assert.ok(process, `process ${node} was there`);
    assert.equal(states.after(index, last), JSON.parse(JSON.stringify(views.of(process))), `process ${node}`);
  }
});

test('what an event changed leads from the state before it to the state after it', () => {
  const states = new States(trace);
  let seen = 0;
  for (let event = 2; event <= trace.count; event++) {
    for (const { path, after } of states.changedBy(processOf(trace, event), event)) {
      if (path.length === 0 || typeof after !== 'number') continue;
      seen++;
      assert.is(viewAt(states.after(processOf(trace, event), event), path), after, `event ${event} ${path.join('/')}`);
    }
  }
  assert.ok(seen > 100);
});

test('every received message was sent before, by whom it came from', () => {
  const { messages } = model;
  let received = 0;
  messages.receivedAt.forEach((at, message) => {
    if (at === 0) return;
    received++;
    const sent = messages.sentAt[message] ?? 0;
    assert.ok(sent > 0 && sent < at);
    assert.is(processOf(trace, sent), messages.from[message]);
    assert.is(processOf(trace, at), messages.to[message]);
    assert.match(eventText(trace, at), model.strings[messages.kind[message] ?? 0] === 'pong' ? 'reply' : 'receives');
  });
  assert.ok(received > 50);
  assert.is(model.processes[processOf(trace, messages.sentAt[0] ?? 0)]?.kind, 'server');
});

test('the past holds what an event follows from, and a chain leads through it', () => {
  const [first = 0, last = 0] = model.finding?.steps ?? [];
  const past = pastOf(trace, [last]);
  assert.is(past[first], 1);
  assert.ok(sizeOf(past) < trace.count);
  const chain = chainBetween(trace, first, last);
  assert.is(chain[0], first);
  assert.is(chain.at(-1), last);
  chain.slice(1).forEach((event, index) => {
    const before = chain[index] ?? 0;
    assert.ok(before < event);
    assert.ok(processOf(trace, before) === processOf(trace, event) || trace.sender[event] === before, `${before} to ${event}`);
  });
  assert.equal(chainBetween(trace, last, first), []);
});

test('filters leave what is asked for', () => {
  const all = shownBy(trace, { hiddenKinds: new Set(), about: '' });
  assert.is(all.count, trace.count);
  const kinds = new Set(model.messages.kind.map((kind) => model.strings[kind] ?? ''));
  assert.ok(kinds.has('PROPOSAL') && kinds.has('notification'));
  const fewer = shownBy(trace, { hiddenKinds: new Set(['notification']), about: '' });
  assert.ok(fewer.count < all.count);
  const zxid = '0x100000002';
  assert.is(pairOfHex(zxid), '1:2');
  const about = shownBy(trace, { hiddenKinds: new Set(), about: zxid });
  assert.ok(about.count > 0 && about.count < 100);
  about.messages.forEach((isShown, message) => {
    if (isShown === 1) assert.ok((model.strings[model.messages.tags[message] ?? 0] ?? '').split('\n').includes('zxid 1:2'));
  });
  assert.is(shownBy(trace, { hiddenKinds: new Set(), about: '/nowhere' }).count, 0);
});

test('a phrase is found whatever the case, in events and in what they state', () => {
  const found = eventsSaying(trace, 'PROPOSAL');
  assert.equal(found, eventsSaying(trace, 'proposal'));
  assert.ok(found.length > 5);
  assert.ok(eventsSaying(trace, 'applied').length > 20);
  assert.equal(eventsSaying(trace, 'no such words'), []);
  const client = model.processes.findIndex(({ node }) => node === FIRST_CLIENT);
  const ofClient = new Set(eventsSaying(trace, `c${FIRST_CLIENT}`));
  assert.ok((trace.eventsOf[client] ?? []).every((event) => ofClient.has(event)));
});

test('tags are the sessions, paths and zxids, wherever they stand', () => {
  const request = { kind: 'multi', ops: [{ kind: 'create', path: '/a', data: null }, { kind: 'check', path: '/b' }] };
  const message = { kind: 'REQUEST', sessionId: '0000000000000abc', cxid: 3, request };
  assert.equal(tagsOf(message), ['session 0xabc', '/a', '/b']);
  assert.equal(tagsOf({ kind: 'ACK', zxid: 0x2_0000_0005 }), ['zxid 2:5']);
  assert.equal(tagsOf({ kind: 'connectRequest', sessionId: '0000000000000000', lastZxidSeen: 0 }), []);
});

test.run();
