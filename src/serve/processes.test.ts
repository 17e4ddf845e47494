/** `viv serve --ensemble N --processes`: servers that can be killed one by one, and that outlive nobody. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { closed, Viv } from '../cli/viv-testing.ts';
import type { Endpoint } from '../host/endpoint.ts';
import { DirectoryLock } from '../host/lock-file.ts';
import { CreateFlag, OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { TestClient, until } from './serve-testing.ts';
import { removeUnlessUsed, SUPERVISED } from './supervisor.ts';
import type { Served } from './supervisor.ts';

const test = suite('viv serve --processes');

/** The line that is printed when all serve. */
interface Ready {
  readonly pid: number;
  readonly connect: string;
  readonly directory: string;
  readonly servers: readonly Served[];
}

/** Everything in it is looked at by the tests. */
const decode: (text: string) => Ready = JSON.parse;

function readyOf(viv: Viv): Ready {
  return decode(viv.out);
}

function clientsOf({ servers }: Ready): Endpoint[] {
  return servers.map(({ client }) => client).filter((at) => at !== null);
}

function killed({ servers }: Ready, id: number): void {
  const pid = servers.find((server) => server.id === id)?.pid ?? 0;
  assert.ok(pid > 0);
  process.kill(pid, 'SIGKILL');
}

async function writes(places: readonly Endpoint[], path: string): Promise<void> {
  const client = new TestClient(places, 30_000);
  await client.connected();
  const request = { kind: 'create', path, data: new Uint8Array(0), acl: OPEN_ACL_UNSAFE, flags: CreateFlag.PERSISTENT } as const;
  const outcome = await client.ask(request);
  await client.stop();
  assert.is(outcome.kind === 'reply' ? outcome.err : outcome.kind, 0);
}

test('each server is a process, whose end is said and survived; all stop with the first, and nothing is left', async () => {
  const viv = new Viv('--ensemble', '3', '--processes', '--json', '--log', 'warn');
  await viv.ready();
  const ready = readyOf(viv);
  const clients = clientsOf(ready);
  assert.is(ready.pid, viv.child.pid);
  assert.is(new Set([...ready.servers.map(({ pid }) => pid), ready.pid]).size, 4, 'everybody has a process');
  assert.equal(ready.servers.map(({ role }) => role).sort(), ['FOLLOWING', 'FOLLOWING', 'LEADING']);
  assert.is(ready.connect, clients.map(({ host, port }) => `${host}:${port}`).join());
  await writes(clients, '/before');
  const leader = ready.servers.find(({ role }) => role === 'LEADING')?.id ?? 0;
  killed(ready, leader);
  await until(() => viv.err.includes('was ended by SIGKILL'), 'a word about it');
  assert.match(viv.err, new RegExp(`"server":${leader},"pid":\\d+,"msg":"the process was ended by SIGKILL; to start it again`));
  await writes(clients.filter((_, index) => index + 1 !== leader), '/after');
  assert.is(await viv.exit('SIGTERM'), 0);
  await closed(clients);
  assert.not.ok(existsSync(ready.directory), 'the temporary directory is removed');
});

test('a server whose process ended is started again where that was asked for', async () => {
  const viv = new Viv('--ensemble', '3', '--observers', '1', '--processes', '--restart', '--json');
  await viv.ready();
  const ready = readyOf(viv);
  killed(ready, 3);
  await until(() => viv.err.includes('"server":3') && viv.err.includes('serves again'), 'its return');
  assert.match(viv.err, /"server":3,"pid":\d+,"msg":"the process was ended by SIGKILL; it is started again/);
  await writes(clientsOf(ready).slice(2), '/through-the-observer');
  assert.is(await viv.exit('SIGINT'), 0);
});

/** The first process is killed, and the others stop in order, which gives up their locks. */
async function killedFirst(viv: Viv, ready: Ready): Promise<void> {
  assert.is(await viv.exit('SIGKILL'), null);
  await closed(clientsOf(ready));
  for (const { id } of ready.servers) {
    const lock = join(ready.directory, String(id), 'vivarium.lock');
    await until(() => !existsSync(lock), 'a stop in order, which gives up its lock');
  }
}

test('where the first process is killed, the others stop, and the last one leaves nothing behind', async () => {
  const viv = new Viv('--ensemble', '3', '--processes', '--json', '--log', 'error');
  await viv.ready();
  const ready = readyOf(viv);
  try {
    // A server that was killed before cleans up nothing, and keeps nobody from it.
    killed(ready, 2);
    await until(() => viv.err.includes('was ended by SIGKILL'), 'a word about it');
    await killedFirst(viv, { ...ready, servers: ready.servers.filter(({ id }) => id !== 2) });
    await until(() => !existsSync(ready.directory), 'the end of the temporary directory');
  } finally {
    rmSync(ready.directory, { recursive: true, force: true });
  }
});

test('where the first process is killed before anybody serves, nothing is left either', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'vivarium-serve-'));
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = parent;
  const viv = new Viv('--ensemble', '3', '--processes', '--json', '--log', 'error');
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  const temporary = (): string[] => readdirSync(parent).filter((name) => name.startsWith('vivarium-'));
  const isBegun = (): boolean => temporary().some((name) => existsSync(join(parent, name, '1', 'vivarium.lock')));
  try {
    await until(isBegun, 'the first server that takes its directory');
    assert.is(await viv.exit('SIGKILL'), null);
    await until(() => temporary().length === 0, 'the end of the temporary directory');
  } finally {
    await viv.exit('SIGKILL');
    rmSync(parent, { recursive: true, force: true });
  }
});

test('where all are killed at once, what is left keeps nobody from a new start', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'vivarium-serve-'));
  const argv = ['--ensemble', '3', '--processes', '--dir', directory, '--json', '--log', 'error'];
  const viv = new Viv(...argv);
  try {
    await viv.ready();
    const ready = readyOf(viv);
    await writes(clientsOf(ready), '/before');
    // The first one last: a server that is told of its end might give up its lock before it is killed.
    for (const { id } of ready.servers) killed(ready, id);
    await viv.exit('SIGKILL');
    await closed(clientsOf(ready));
    assert.ok(existsSync(join(directory, '1', 'vivarium.lock')), 'nobody was there to give it up');
    const next = new Viv(...argv);
    await next.ready();
    const client = new TestClient(clientsOf(readyOf(next)), 30_000);
    await client.connected();
    const answer = await client.ask({ kind: 'exists', path: '/before', watch: false });
    await client.stop();
    assert.is(await next.exit('SIGTERM'), 0);
    assert.is(answer.kind === 'reply' ? answer.err : answer.kind, 0);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('a server stops whose first process was gone before it looked', async () => {
  process.env[SUPERVISED] = '1';
  const viv = new Viv('--ensemble', '1', '--log', 'error');
  process.env[SUPERVISED] = '';
  assert.is(await viv.exit(), 0);
});

test('a directory that was named stays, whatever ends', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'vivarium-serve-'));
  try {
    const viv = new Viv('--ensemble', '2', '--processes', '--dir', directory, '--json', '--log', 'error');
    await viv.ready();
    const ready = readyOf(viv);
    await killedFirst(viv, ready);
    // Whoever comes next finds everything, and is the last to use it.
    const next = new Viv('--ensemble', '2', '--processes', '--dir', directory, '--json', '--log', 'error');
    await next.ready();
    assert.is(await next.exit('SIGTERM'), 0);
    assert.equal(['1', '2', '1.cfg', '2.cfg'].filter((name) => !existsSync(join(directory, name))), []);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('what was temporary goes when nobody runs in it any more', () => {
  const directory = mkdtempSync(join(tmpdir(), 'vivarium-serve-'));
  const lock = DirectoryLock.take(join(directory, '2'));
  mkdirSync(join(directory, '1'));
  removeUnlessUsed(directory);
  assert.ok(existsSync(join(directory, '1')), 'another one runs');
  lock.release();
  removeUnlessUsed(directory);
  assert.not.ok(existsSync(directory));
  removeUnlessUsed(directory);
});

test('where one server cannot be started, none stays, and the reason is said', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'vivarium-serve-'));
  try {
    mkdirSync(join(directory, '2'));
    writeFileSync(join(directory, '2', 'vivarium.lock'), `${process.pid}\n`);
    const viv = new Viv('--ensemble', '2', '--processes', '--dir', directory, '--log', 'error');
    assert.is(await viv.exit(), 1);
    assert.match(viv.err, /viv: server 2 cannot be started: it ended with exit code 1: viv: .* is in use by process \d+/);
    assert.not.ok(existsSync(join(directory, '1', 'vivarium.lock')), 'the other one has stopped');
    assert.is(viv.out, '');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test.run();
