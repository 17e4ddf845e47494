import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as startTimer } from 'node:timers';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ensemble, OptionError, simulate, SimulationFailure, simulateSeeds } from './index.ts';
import type { SimulateOptions, Simulation } from './index.ts';

const test = suite('misuse of the test kit');

type Program = (simulation: Simulation) => Promise<unknown>;

/** What calling it with arguments that no types have seen comes to. */
function untyped(callee: unknown, ...values: readonly unknown[]): unknown {
  return typeof callee === 'function' ? Reflect.apply(callee, undefined, values) : undefined;
}

async function failureOf(work: unknown): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  return new Error('nothing was thrown');
}

async function fails(program: Program, options: SimulateOptions = {}): Promise<string> {
  const failure = await failureOf(simulate({ seed: 3, ...options }, program));
  assert.instance(failure, SimulationFailure);
  return failure.message;
}

const REFUSED: readonly (readonly [options: unknown, words: RegExp])[] = [
  [{ server: 3 }, /^no option of simulate is called "server"; there are seed, servers,/],
  [{ servers: 0 }, /^servers must be a whole number from 1 to 254, not 0$/],
  [{ observers: -1 }, /^observers must be a whole number from 0/],
  [{ clients: 'many' }, /^clients must be .*, not "many"$/],
  [{ seed: Number.NaN }, /^seed must be a number or a string, not NaN$/],
  [{ limitMs: Number.NaN }, /^limitMs must be a whole number from 1 on, not NaN$/],
  [{ faults: 'some' }, /^faults must be 'none', 'usual', weights such as/],
  [{ faults: { crashh: 1 } }, /^no weight of faults is called "crashh"; there are crash,/],
  [{ faults: { crash: -1 } }, /^the weight of crash must be/],
  [{ faults: [{ atMs: 5, fault: { kind: 'nonsense' } }] }, /^faults\[0\]\.fault\.kind must be one of crash,/],
  [{ faults: [{ fault: { kind: 'power', downMs: 5 } }] }, /^faults\[0\]\.atMs must be a time/],
  [{ config: { tickTime: 5 } }, /^no key of config is called "tickTime"; there are/],
  [7, /^simulate takes an object of options first/],
];

test('options that cannot be are refused before anything runs', async () => {
  for (const [options, words] of REFUSED) {
    const failure = await failureOf(untyped(simulate, options, () => Promise.resolve()));
    assert.instance(failure, OptionError, String(words));
    assert.match(failure.message, words);
  }
  assert.match((await failureOf(untyped(simulate, {}))).message, /^simulate takes options and then a program/);
  assert.match((await failureOf(untyped(simulateSeeds, 'ten', {}, () => Promise.resolve()))).message, /^the number of seeds/);
});

test('a rejection that nobody waits for is the run\'s, with its seed', async () => {
  const words = /^with seed 3, .*rejected and nobody waited for it \(is an await missing\?\): create2 \/a\/b: NONODE/;
  assert.match(await fails(async ({ connect, sleep }) => {
    void connect().create('/a/b', 'x');
    await sleep(2000);
  }), words);
  // Whoever it was waiting for died of it.
  assert.match(await fails(async ({ connect }) => {
    await new Promise((resolve) => { void connect().create('/a/b', 'x').then(resolve); });
  }), words);
});

test('what waits for the real machine is told so', async () => {
  const limitMs = 1000;
  assert.match(await fails(() => readFile('/etc/hosts'), { limitMs }), /real things were under way \(a file\)/);
  assert.match(await fails(() => fetch('http://127.0.0.1:9/')), /: fetch asks the real network/);
  assert.match(await fails(() => new Promise(() => undefined), { limitMs }), /something that it waits for never came$/);
});

test('a simulation inside of another is refused', async () => {
  assert.match(await fails(() => simulate({}, () => Promise.resolve())), /: a simulation cannot run inside of another/);
});

test('the timers and the luck of Node\'s modules are the simulation\'s', async () => {
  const program = async ({ now }: Simulation): Promise<readonly unknown[]> => {
    const began = now();
    assert.is(await wait(3000, 'value'), 'value');
    await new Promise((resolve) => { startTimer(resolve, 2000); });
    await promisify(setTimeout)(1000);
    const signal = AbortSignal.timeout(500);
    const isCut = await wait(9000, false, { signal }).catch((error: unknown) => error instanceof Error && error.name);
    return [Math.round((now() - began) / 100), isCut, randomUUID(), randomBytes(8).toString('hex'), randomInt(5, 9)];
  };
  const { value } = await simulate({ seed: 5 }, program);
  assert.equal(value.slice(0, 2), [65, 'AbortError']);
  assert.equal((await simulate({ seed: 5 }, program)).value, value);
  assert.is.not((await simulate({ seed: 6 }, program)).value[2], value[2]);
  assert.is.not(randomUUID(), randomUUID());
});

test('machines that there are not are refused by name', async () => {
  const breaks = (act: (simulation: Simulation) => unknown): Promise<string> => {
    return fails((simulation) => Promise.resolve(act(simulation)));
  };
  assert.match(await breaks(({ chaos }) => { chaos.kill(9); }), /: there is no server 9 here; there are 1, 2, 3$/);
  assert.match(await breaks(({ chaos }) => { chaos.slowDisk(9, 3, 100); }), /: there is no server 9 here/);
  assert.match(await breaks(({ chaos }) => { chaos.cut(1, 1); }), /: a machine cannot be cut off from itself/);
  assert.match(await breaks(({ chaos, connect }) => untyped(chaos.restart.bind(chaos), connect())), /: only a server/);
  assert.match(await fails(({ sleep }) => Promise.resolve(untyped(sleep, 'soon'))), /: a sleep takes milliseconds, not "soon"$/);
});

test('options of a client that cannot be are refused', async () => {
  const connects = (options: unknown): Promise<string> => fails(({ connect }) => Promise.resolve(untyped(connect, options)));
  assert.match(await connects({ sessionTimeout: 9 }), /: no option of a client is called "sessionTimeout"; there are sessionT/);
  assert.match(await connects({ sessionTimeoutMs: 'ten' }), /: sessionTimeoutMs must be milliseconds, a number from 1 on$/);
  assert.match(await connects({ requestTimeoutMs: -1 }), /: requestTimeoutMs must be milliseconds, a number from 0 on$/);
});

test('the faults of a failure, given as a list, are the same run again', async () => {
  const hashes: number[] = [];
  const program: Program = async ({ sleep, connect }) => {
    const zk = connect();
    await sleep(25_000);
    await zk.exists('/');
    throw new Error('always');
  };
  const first = await failureOf(simulate({ seed: 4, faults: 'usual' }, program));
  assert.instance(first, SimulationFailure);
  const planned = first instanceof SimulationFailure ? first.planned : [];
  assert.ok(planned.length > 0);
  const again = await failureOf(simulate({ seed: 4, faults: planned, onFact: (_, __, ms) => { hashes.push(ms); } }, program));
  assert.is(again.message, first.message);
  assert.ok(hashes.length > 0);
  assert.not.match(JSON.stringify(Object.keys(first)), /planned/);
});

test('a real ensemble refuses what cannot be, and does nothing once it is stopped', async () => {
  assert.match((await failureOf(untyped(ensemble, { servers: 300 }))).message, /^servers must be a whole number from 1 to 20/);
  assert.match((await failureOf(untyped(ensemble, { server: 3 }))).message, /^no option of ensemble is called "server"/);
  const one = await ensemble({ servers: 1, http: true });
  assert.throws(() => { one.cut(1, 1); }, /cannot be cut off from itself/);
  assert.throws(() => { one.slowDisk(1, Number.NaN); }, /must be a time in milliseconds/);
  const answer = await (await fetch(`${one.controlUrl ?? ''}/kil?server=1`, { method: 'POST' })).text();
  assert.match(answer, /"there is no \/kil; there are GET \/status and POST \/kill, /);
  await one.stop();
  await one.stop();
  assert.match((await failureOf(one.restart(1))).message, /^this ensemble is stopped: start another$/);
});

test('what is left of a simulation is of no more use, and says so', async () => {
  const kept: { simulation?: Simulation; zk?: ReturnType<Simulation['connect']> } = {};
  await simulate({ seed: 1 }, async (simulation) => {
    kept.simulation = simulation;
    kept.zk = simulation.connect();
    await kept.zk.create('/a');
    void kept.zk.get('/a');
  });
  const { simulation, zk } = kept;
  const words = /what it ran in is over, as a simulation is when its program is/;
  assert.match((await failureOf(zk?.get('/a'))).message, words);
  assert.match((await failureOf(simulation?.sleep(5))).message, words);
  assert.throws(() => simulation?.connect(), words);
  await zk?.close();
  assert.is(zk?.state, 'Closed');
});

test.run();
