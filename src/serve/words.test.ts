/**
 * Four-letter words and admin commands compared with what Apache ZooKeeper 3.8.0 answered (`golden-words.txt` and
 * `golden-admin.json`): equal but for numbers, ids, dates, addresses and directories. Lines that differ in nothing else and
 * follow each other count once.
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { pino } from 'pino';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Endpoint } from '../host/endpoint.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { startEnsemble } from './ensemble.ts';
import type { StartedEnsemble } from './ensemble.ts';
import { TestClient } from './serve-testing.ts';
import type { StartedServer } from './start.ts';

const test = suite('four-letter words and admin commands');
const NO_NEWLINE = '\n-- no newline\n';

function file(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

function goldenWords(): Map<string, string> {
  const words = new Map<string, string>();
  for (const section of file('golden-words.txt').split(/^== /m).slice(1)) {
    const end = section.indexOf('\n');
    const text = section.slice(end + 1);
    words.set(section.slice(0, end), text.endsWith(NO_NEWLINE) ? text.slice(0, -NO_NEWLINE.length) : text);
  }
  return words;
}

/** Without what is particular to one run. */
function shapeOf(text: string): string {
  const plain = text
    .replace(/^(Zookeeper version: |zookeeper\.version=).*$/gm, '$1#')
    .replace(/^(dataDir|dataLogDir)=.*$/gm, '$1=#')
    .replace(/[A-Z][a-z]{2} [A-Z][a-z]{2} \d+ [\d:]+ UTC \d{4}/g, 'DATE')
    .replace(/0x[0-9a-f]+/g, '0x#')
    .replace(/^version=[0-9a-f]+$/gm, 'version=#')
    .replace(/-?\d+(\.\d+)?/g, '#');
  const lines = plain.split('\n');
  return lines.filter((line, index) => line === '' || line !== lines[index - 1]).join('\n');
}

function ask(at: Endpoint | null, word: string | Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(at ?? { port: 0 });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
    socket.write(word);
  });
}

async function ensembleOf(servers: number, keys: string = ''): Promise<StartedEnsemble> {
  const ensemble = await startEnsemble({
    servers, observers: 0, host: '127.0.0.1', firstPort: 0, directory: null, keys, log: pino({ level: 'silent' }),
    onStop: (id, stop) => {
      throw new Error(`${id} ${JSON.stringify(stop)}`);
    },
  });
  await Promise.all(ensemble.servers.map(({ ready }) => ready));
  return ensemble;
}

/** The tree of the golden run: data, sequential ephemerals, and a session that watches. */
async function populate(server: StartedServer): Promise<TestClient> {
  const client = new TestClient(server.client === null ? [] : [server.client]);
  const create = async (path: string, flags: number): Promise<void> => {
    await client.ask({ kind: 'create', path, data: new Uint8Array(10), acl: OPEN_ACL_UNSAFE, flags });
  };
  await create('/golden', 0);
  await create('/golden/data', 0);
  await create('/golden/eph0', 1);
  await create('/golden/eseq-', 3);
  await client.ask({ kind: 'exists', path: '/golden/none0', watch: true });
  await client.ask({ kind: 'getData', path: '/golden/data', watch: true });
  await client.ask({ kind: 'getData', path: '/golden', watch: true });
  return client;
}

function leaderOf(ensemble: StartedEnsemble): StartedServer {
  const leader = ensemble.servers.find(({ real }) => real.server.leader !== null);
  if (leader === undefined) throw new Error('nobody leads');
  return leader;
}

/** Names in the order of the alphabet: metrics have no order. */
function keysOf(text: string, separator: string): string[] {
  return text.trimEnd().split('\n').map((line) => line.split(separator)[0] ?? '').sort();
}

function linesOf(text: string): string[] {
  return [...new Set(shapeOf(text).split('\n'))].sort();
}

async function compareWords(kind: string, ensemble: StartedEnsemble, server: StartedServer): Promise<void> {
  const client = await populate(server);
  try {
    for (const [key, golden] of goldenWords()) {
      const [of, word = ''] = key.split(' ');
      if (of !== kind) continue;
      const found = await ask(server.client, word);
      if (word === 'mntr') {
        const ours = keysOf(found, '\t');
        assert.equal(keysOf(golden, '\t').filter((name) => !ours.includes(name)), [], 'every name of mntr is there');
      } else if (word === 'envi') {
        assert.equal(keysOf(found, '='), keysOf(golden, '='));
      } else if (word === 'dump') {
        // How many buckets there are, and who is first in one, differs from run to run.
        assert.equal(linesOf(found), linesOf(golden), key);
      } else {
        const expected = kind === 'leader' ? golden.replace(/^server\.4=.*\n/m, '') : golden;
        assert.is(shapeOf(found), shapeOf(expected).replace(/none1/g, 'none0').replace(/:observer/g, ':participant'), key);
      }
    }
  } finally {
    await client.stop();
    await ensemble.stop();
  }
}

test('a server alone answers as Apache’s', async () => {
  const ensemble = await ensembleOf(1);
  const [server] = ensemble.servers;
  if (server !== undefined) await compareWords('standalone', ensemble, server);
});

test('a leader answers as Apache’s', async () => {
  const ensemble = await ensembleOf(3);
  await compareWords('leader', ensemble, leaderOf(ensemble));
});

test('only words on the whitelist are answered, and others are none', async () => {
  const ensemble = await ensembleOf(1, '4lw.commands.whitelist=ruok, isro');
  try {
    const at = ensemble.servers[0]?.client ?? null;
    assert.is(await ask(at, 'ruok'), 'imok');
    assert.is(await ask(at, 'isro'), 'rw');
    assert.is(await ask(at, 'mntr'), 'mntr is not executed because it is not in the whitelist.\n');
    assert.is(await ask(at, 'what'), '');
  } finally {
    await ensemble.stop();
  }
});

test('the trace mask is kept', async () => {
  const ensemble = await ensembleOf(1);
  try {
    const at = ensemble.servers[0]?.client ?? null;
    assert.is(await ask(at, 'gtmk'), '306');
    assert.is(await ask(at, Uint8Array.of(...Buffer.from('stmk'), 0, 0, 0, 0, 0, 0, 0, 2)), '2');
    assert.is(await ask(at, 'gtmk'), '2');
  } finally {
    await ensemble.stop();
  }
});

/** Keys at every depth; values by their type. */
function skeleton(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [skeleton(value[0])];
  if (typeof value !== 'object' || value === null) return typeof value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [/^\d+$/.test(key) ? '#' : key, skeleton(item)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Where we say less: what a Java server counts of each observer. */
const ADMIN_DIFFERS = new Set(['observers', 'unknown']);

test('a leader answers admin commands as Apache’s', async () => {
  const ensemble = await ensembleOf(3);
  const leader = leaderOf(ensemble);
  const client = await populate(leader);
  try {
    const golden: unknown = JSON.parse(file('golden-admin.json'));
    if (typeof golden !== 'object' || golden === null) throw new Error('unreachable');
    for (const [name, expected] of Object.entries(golden)) {
      const response = await fetch(`http://127.0.0.1:${leader.admin?.port ?? 0}/commands/${name}?traceMask=242`);
      const found: unknown = await response.json();
      if (!ADMIN_DIFFERS.has(name)) assert.equal(skeleton(found), skeleton(expected), name);
    }
    const unknown = await fetch(`http://127.0.0.1:${leader.admin?.port ?? 0}/commands/nope`);
    assert.is(unknown.status, 200);
    assert.is(await unknown.text(), '{\n  "command" : "nope",\n  "error" : "Unknown command: nope"\n}');
  } finally {
    await client.stop();
    await ensemble.stop();
  }
});

test('the admin server of a server alone, and odd questions', async () => {
  const ensemble = await ensembleOf(1);
  try {
    const root = `http://127.0.0.1:${ensemble.servers[0]?.admin?.port ?? 0}/commands`;
    const answer = async (name: string): Promise<unknown> => (await fetch(`${root}/${name}`)).json();
    assert.equal(await answer('lead'), { command: 'leader', error: 'server is not initialized' });
    assert.equal(await answer('voting_view'), { current_config: {}, command: 'voting_view', error: null });
    assert.equal(await answer('zabstate'), { voting: false, zabstate: '', command: 'zabstate', error: null });
    const wanted = 'setTraceMask requires long traceMask argument';
    assert.equal(await answer('stmk'), { command: 'set_trace_mask', error: wanted });
    assert.equal(await answer('stmk?traceMask=x'), { command: 'set_trace_mask', error: `${wanted}, got x` });
    assert.equal(await answer('%72uok;a=b'), { command: 'ruok', error: null });
    const head = await fetch(`${root}/ruok`, { method: 'HEAD' });
    const said = [head.status, head.headers.get('content-type'), head.headers.get('content-length')];
    assert.equal(said, [200, 'application/json', '42']);
    const links = [...(await (await fetch(root)).text()).matchAll(/^<a href="\/commands\/(\w+)">\1<\/a>\n<br\/>$/gm)];
    const names = links.map(([, name = '']) => name);
    assert.equal(names, [...names].sort((a, b) => (a < b ? -1 : 1)));
    assert.ok(names.includes('monitor'), 'every command is linked');
  } finally {
    await ensemble.stop();
  }
});

test('words count among what was received and sent', async () => {
  const ensemble = await ensembleOf(1);
  try {
    const at = ensemble.servers[0]?.client ?? null;
    assert.match(await ask(at, 'srvr'), /^Received: 1\nSent: 0$/m);
    assert.match(await ask(at, 'srvr'), /^Received: 2\nSent: 1$/m);
    assert.is(await ask(at, 'hash'), '');
    assert.match(await ask(at, 'srvr'), /^Received: 4\nSent: 2$/m, 'nothing is not sent');
  } finally {
    await ensemble.stop();
  }
});

/** After a write: the commits counted before and after `srst`, and by the rest of what it sets back. */
async function afterReset(keys: string): Promise<{ readonly commits: readonly string[]; readonly proposals: string }> {
  const ensemble = await ensembleOf(3, keys);
  const leader = leaderOf(ensemble);
  const client = await populate(leader);
  try {
    const commits = async (): Promise<string> => /^zk_commit_count\t(\d+)$/m.exec(await ask(leader.client, 'mntr'))?.[1] ?? '';
    const before = await commits();
    await fetch(`http://127.0.0.1:${leader.admin?.port ?? 0}/commands/stat_reset`);
    assert.match(await ask(leader.client, 'srvr'), /^Proposal sizes last\/min\/max: \d+\/\d+\/\d+$/m, 'HTTP leaves them');
    await ask(leader.client, 'srst');
    const proposals = /^Proposal sizes last\/min\/max: (.*)$/m.exec(await ask(leader.client, 'srvr'))?.[1] ?? '';
    return { commits: [before, await commits()], proposals };
  } finally {
    await client.stop();
    await ensemble.stop();
  }
}

test('counters begin again when statistics are reset, but where Prometheus asks', async () => {
  const plain = await afterReset('metricsProvider.className=DefaultMetricsProvider');
  assert.match(plain.commits[0] ?? '', /^[1-9]/);
  assert.is(plain.commits[1], '0');
  assert.is(plain.proposals, '-1/-1/-1');
  const asked = await afterReset('');
  assert.match(asked.commits[0] ?? '', /^[1-9]/);
  assert.is(asked.commits[1], asked.commits[0]);
});

test('metrics are offered under ZooKeeper’s names', async () => {
  const ensemble = await ensembleOf(1);
  const [server] = ensemble.servers;
  if (server === undefined) throw new Error('unreachable');
  const client = await populate(server);
  try {
    const text = await (await fetch(`http://127.0.0.1:${server.metrics?.port ?? 0}/metrics`)).text();
    assert.match(text, /^znode_count 9$/m);
    assert.match(text, /^num_alive_connections 1$/m);
    assert.match(text, /^updatelatency_count [5-9]$/m);
    assert.match(text, /^readlatency{quantile="0.99"} /m);
    assert.match(text, /^fsynctime_count [1-9]/m);
  } finally {
    await client.stop();
    await ensemble.stop();
  }
});

test.run();
