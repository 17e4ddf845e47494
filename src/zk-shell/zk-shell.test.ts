import { readFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TestEnsemble } from '../serve/serve-testing.ts';
import { splitLine } from './command.ts';
import { parseAcl, dataHex } from './format.ts';
import { ShellSession } from './session.ts';

const test = suite('viv shell');

/** What Apache's client printed in a session of its own: 3.8.0, hence without the flags and the zxids that 3.9 added. */
const GOLDEN = new URL('golden/zkcli.txt', import.meta.url);

interface Entry {
  readonly command: string;
  readonly output: string;
}

function entriesOf(golden: string): Entry[] {
  return golden.split(/^\$ /m).slice(1).map((part) => {
    const [command = '', ...lines] = part.split('\n');
    return { command, output: lines.filter((line) => !line.startsWith('# --')).join('\n') };
  });
}

/** Without what varies from run to run and between the releases, and without events, which come when they come. */
function normal(output: string): string {
  return output
    .replace(/\n*WATCHER::\n\nWatchedEvent.*\n?/g, '\n')
    .replace(/(cZxid|mZxid|pZxid|ephemeralOwner) = 0x[1-9a-f][0-9a-f]*/g, '$1 = 0x…')
    .replace(/(ctime|mtime) = .*/g, '$1 = …')
    .replace(/dataLength = \d{3}/g, 'dataLength = …')
    .replace(/127\.0\.0\.1:(PORT|\d+)(:\d+)?/g, 'ADDRESS')
    .replace(/version=[0-9a-f]+|^[0-9a-f]{9} (?=ADDRESS)/gm, 'VERSION ')
    .replace(/CLI version: .*/, 'CLI version: …')
    .replace('\tget [-s] [-w] path', '\tget [-s] [-w] [-b] [-x] path')
    .replace('\tset [-s] [-v version] path data', '\tset [-s] [-v version] [-b] path data')
    .replace(/^set \[-s\] \[-v version\] path data/m, 'set [-s] [-v version] [-b] path data')
    .replace('removewatches path [-c|-d|-a] [-l]', 'removewatches path [-c|-d|-p|-r|-a] [-l]')
    .replace(/^(ip|digest): .*$/gm, '$1: …')
    .trim();
}

class Collected {
  lines: string[] = [];
  readonly out = (line: string): void => { this.lines.push(line); };
  readonly err = (line: string): void => { this.lines.push(line); };

  take(): string {
    const text = this.lines.join('\n');
    this.lines = [];
    return text;
  }
}

async function withSession(servers: number, work: (session: ShellSession, output: Collected) => Promise<void>): Promise<void> {
  const ensemble = await TestEnsemble.start(servers, { extendedTypesEnabled: true, reconfigEnabled: servers > 1 });
  const output = new Collected();
  const server = `127.0.0.1:${ensemble.clientPort(1).port}`;
  const session = new ShellSession({ server, timeoutMs: 4000, isReadOnly: false }, output);
  try {
    await ensemble.serving();
    session.connect();
    await session.zk?.connected();
    await work(session, output);
  } finally {
    await session.close();
    for (const id of ensemble.ids) await ensemble.kill(id);
    await ensemble.stop();
  }
}

test('a whole session of Apache\'s client, line by line', async () => {
  const entries = entriesOf(await readFile(GOLDEN, 'utf8'));
  assert.ok(entries.length > 100);
  await withSession(3, async (session, output) => {
    output.take();
    for (const { command, output: expected } of entries) {
      await session.line(command);
      assert.is(normal(output.take()), normal(expected), command);
    }
  });
});

test('events are printed as they come, unless they are not wanted', async () => {
  await withSession(1, async (session, output) => {
    assert.match(output.take(), /^\nWATCHER::\n\nWatchedEvent state:SyncConnected type:None path:null zxid: -1$/);
    const lines = ['create /a x', 'get -w /a', 'addWatch -m PERSISTENT /b', 'set /a y', 'create /b'];
    for (const line of lines) await session.line(line);
    const events = output.take().split('\n').filter((line) => line.startsWith('WatchedEvent'));
    assert.match(events.join('\n'), /type:NodeDataChanged path:\/a zxid: \d+\n.*type:NodeCreated path:\/b zxid: \d+$/);
    for (const line of ['printwatches off', 'set /b x', 'printwatches']) await session.line(line);
    assert.is(output.take(), 'printwatches is off');
    assert.is(await session.line('removewatches /a -d'), 1);
    assert.is(output.take(), 'KeeperErrorCode = No such watcher for /a');
    assert.is(await session.line('removewatches /b -p'), 0);
  });
});

test('history, redo, close, connect, quit, and codes', async () => {
  await withSession(1, async (session, output) => {
    output.take();
    assert.is(await session.line('create /a'), 0);
    assert.is(await session.line('create /a'), 1);
    assert.is(await session.line('nonsense'), 127);
    output.take();
    await session.line('redo 0');
    assert.is(output.take(), 'Node already exists: /a');
    await session.line('history');
    assert.is(output.take(), '0 - create /a\n1 - create /a\n2 - nonsense\n3 - create /a\n4 - history');
    assert.match(session.prompt, /^\[zk: 127\.0\.0\.1:\d+\(CONNECTED\) 5\] $/);
    await session.line('close');
    await session.line('ls /');
    assert.is(output.take(), 'Not connected');
    assert.match(session.prompt, /\(CLOSED\)/);
    await session.line('connect');
    await session.zk?.connected();
    output.take();
    await session.line('ls -R /a');
    assert.is(output.take(), '/a');
    await session.line('create -e /mine');
    await session.line('getEphemerals');
    await session.line('getAllChildrenNumber /');
    assert.is(output.take(), 'Created /mine\n[/mine]\n5');
    await session.line('set -b /a aGVsbG8=');
    await session.line('get -b /a');
    assert.is(output.take(), 'aGVsbG8=');
    await session.line('ls -z /');
    assert.is(output.take(), 'Unrecognized option: -z');
    await session.line('quit');
    assert.ok(session.isOver);
  });
});

test('words, permissions and dumps', () => {
  assert.equal(splitLine('create  /a "two words" \'and more\''), ['create', '/a', 'two words', 'and more']);
  assert.equal(parseAcl('world:anyone:r,digest:u:p=:cdrwa').acl?.map(({ perms, id }) => `${id.scheme} ${id.id} ${perms}`),
    ['world anyone 1', 'digest u:p= 31']);
  assert.is(dataHex(new TextEncoder().encode('hello'))[3], `|00000000| 68 65 6c 6c 6f${' '.repeat(34)}|hello           |`);
});

test.run();
