/** What `viv bench apache` leaves behind when it is killed: nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { closed } from '../cli/viv-testing.ts';
import { repositoryRoot } from '../command/shell.ts';
import type { Endpoint } from '../host/endpoint.ts';
import { until } from '../serve/serve-testing.ts';

const test = suite('cli/bench-fleet');

/** A server that serves nobody, and does not notice what becomes of others; for two minutes, should it be forgotten. */
const SERVER = `
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
const [, port] = /^clientPort=(\\d+)$/m.exec(readFileSync(process.argv[3], 'utf8'));
createServer().listen(Number(port), '127.0.0.1', () => writeFileSync('ready', ''));
setTimeout(() => process.exit(), 120_000);
`;

/** What the stand-in says. */
interface Said {
  readonly clients: readonly Endpoint[];
  readonly directories: readonly string[];
}

const decode: (text: string) => Said = JSON.parse;

test('when the bench is killed, its servers end, and what they wrote goes', async () => {
  // Everything temporary is made in here.
  const temporary = mkdtempSync(join(tmpdir(), 'vivarium-fleet-'));
  const built = mkdtempSync(join(temporary, 'built-'));
  const server = join(built, 'server.mjs');
  writeFileSync(server, SERVER);
  const argv = ['--import', 'tsx', 'src/bench/fleet-testing.ts', server, built];
  const child = spawn(process.execPath, argv, {
    cwd: repositoryRoot(), env: { ...process.env, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  try {
    await until(() => out.includes('\n') || child.exitCode !== null, 'a word of the stand-in');
    const { clients, directories } = decode(out);
    assert.is(clients.length, 2);
    await until(() => directories.every((directory) => existsSync(join(directory, '1', 'ready'))), 'two servers');
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    await closed(clients);
    const remaining = (): string[] => readdirSync(temporary).filter((name) => !name.startsWith('tsx-'));
    await until(() => remaining().length === 0, 'the end of everything temporary');
  } finally {
    child.kill('SIGKILL');
    rmSync(temporary, { recursive: true, force: true });
  }
});

test.run();
