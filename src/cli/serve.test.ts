/** `viv serve` as an operator meets it: a process of its own, told by signals. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryRoot } from '../command/shell.ts';
import type { Shell } from '../command/shell.ts';
import { TestClient } from '../serve/serve-testing.ts';
import { runProgram } from './program.ts';
import { serve } from './serve.ts';
import { Viv } from './viv-testing.ts';

const test = suite('viv serve');

function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'vivarium-serve-'));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address === null || typeof address === 'string' ? 0 : address.port));
    });
  });
}

function configIn(directory: string, port: number, more: string = ''): string {
  const path = join(directory, 'zoo.cfg');
  const lines = [
    `dataDir=${join(directory, 'data')}`, `clientPort=${port}`, 'clientPortAddress=127.0.0.1', 'admin.enableServer=false',
    'preAllocSize=64', 'autopurge.purgeInterval=1', more,
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

test('an ensemble says where it is as JSON, serves, and leaves nothing behind', async () => {
  const viv = new Viv('--ensemble', '3', '--observers', '1', '--json', '--log', 'warn');
  await viv.ready();
  const ready: unknown = JSON.parse(viv.out);
  if (typeof ready !== 'object' || ready === null) throw new Error('no object');
  const { connect, directory, servers } = { connect: '', directory: '', servers: [], ...ready };
  assert.is(servers.length, 3);
  assert.ok(existsSync(directory));
  const endpoints = connect.split(',').map((at) => ({ host: '127.0.0.1', port: Number(at.split(':')[1]) }));
  const client = new TestClient(endpoints);
  await client.connected();
  const answer = await client.ask({ kind: 'getData', path: '/', watch: false });
  assert.is(answer.kind, 'reply');
  await client.stop();
  assert.is(await viv.exit('SIGTERM'), 0);
  assert.not.ok(existsSync(directory), 'the temporary directory is removed');
});

test('a configuration is served, and what is ignored is said; nobody else may use its directory', async () => {
  const directory = scratch();
  try {
    const path = configIn(directory, await freePort());
    const viv = new Viv(path);
    await viv.ready();
    assert.match(viv.err, /autopurge.purgeInterval is ignored/);
    const second = new Viv(configIn(scratchInside(directory), await freePort(), `dataDir=${join(directory, 'data')}`));
    assert.is(await second.exit(), 1);
    assert.match(second.err, /is in use by process \d+: stop that server, or choose another dataDir/);
    assert.is(await viv.exit('SIGKILL'), null);
    // Whoever was killed leaves its lock, which binds nobody.
    const third = new Viv(path);
    await third.ready();
    assert.is(await third.exit('SIGINT'), 0);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

function scratchInside(directory: string): string {
  return mkdtempSync(join(directory, 'other-'));
}

function withOnly(directory: string, file: string): string {
  const half = scratchInside(directory);
  writeFileSync(join(half, file), '');
  return half;
}

test('what cannot be served is said in a sentence', async () => {
  const directory = scratch();
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  try {
    const rows: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /viv serve takes one CONFIG, or --ensemble N/],
      [[join(directory, 'nothing.cfg')], /nothing.cfg cannot be read/],
      [[configIn(scratchInside(directory), 0, 'tickTime=x')], /tickTime must be a whole number/],
      [[configIn(scratchInside(directory), port)], /another program listens there/],
      [['--ensemble', '0'], /takes 1 to 254 servers/],
      [['--ensemble', '3', '--observers', '3'], /one server that votes/],
      [['--port', '5', configIn(scratchInside(directory), 0)], /--port is for --ensemble/],
      [['--processes', configIn(scratchInside(directory), 0)], /--processes is for --ensemble/],
      [['--ensemble', '1', '--restart'], /--restart is for --processes/],
      [['--ensemble', '1', '--processes', configIn(scratchInside(directory), 0, 'tickTime=x')], /tickTime must be a whole/],
      [['--ensemble', '1', '--processes', '--host', '203.0.113.1'], /cannot be listened on: this machine has no such/],
      [['--ensemble', '1', '--tls', withOnly(directory, 'ca.pem')], /must have ca.pem and server.pem: add the other/],
      [['--ensemble', '1', '--log', 'loud'], /--log loud is no level/],
    ];
    for (const [argv, expected] of rows) {
      const said: string[] = [];
      const shell: Shell = {
        out: (line) => void said.push(line), err: (line) => void said.push(line), status: () => undefined, isTerminal: false,
        root: repositoryRoot(), reports: directory, signal: AbortSignal.abort(),
      };
      assert.is(await runProgram([serve], ['serve', ...argv], shell), 1, `${argv.join(' ')}: ${said.join(' ')}`);
      assert.match(said.join(' '), expected);
      assert.not.match(said.join(' '), / at .*\.ts:/);
    }
  } finally {
    taken.close();
    rmSync(directory, { recursive: true, force: true });
  }
});

test('a file where a directory is wanted is refused in a sentence, however servers are started', async () => {
  const directory = scratch();
  try {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    const config = configIn(directory, await freePort(), `dataDir=${join(file, 'data')}`);
    const ways = [[config], ['--ensemble', '1', '--dir', file], ['--ensemble', '2', '--processes', '--dir', file]];
    for (const way of ways) {
      const viv = new Viv(...way, '--log', 'warn');
      assert.is(await viv.exit(), 1, way.join(' '));
      assert.match(viv.err, /^viv: \S+file is a file, and a directory of data is wanted there: choose another$/m);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test.run();
