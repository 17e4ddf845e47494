/** The files beside zoo.cfg: what they become, that they are read back as they were meant, and that servers write them. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { zxidToHex, ZXID_ZERO } from '../base/zxid.ts';
import { Listeners } from '../host/listeners.ts';
import { locateFiles, parseConfigFile } from '../server/config-file.ts';
import type { ParsedConfig } from '../server/config-file.ts';
import { dynamicText, staticText, writeBack } from './dynamic.ts';
import { until } from './serve-testing.ts';
import { startServer } from './start.ts';
import type { StartedServer } from './start.ts';

const test = suite('configuration written back');
const MEMBERS = [
  'server.1=127.0.0.1:2888:3888:participant;127.0.0.1:2181', 'server.2=127.0.0.1:2889:3889:participant;127.0.0.1:2182',
];

/** As `viv serve` reads it. */
function readBack(path: string, myid: number): ParsedConfig {
  const text = readFileSync(path, 'utf8');
  const name = locateFiles(text).dynamicConfigFile;
  const dynamic = name === null ? null : { name, text: readFileSync(name, 'utf8') };
  return parseConfigFile({ text, dynamic, myid: String(myid) });
}

test('the members go, everything else stays', () => {
  const text = [
    '# ours', 'dataDir=/d', 'clientPort=2181', 'clientPortAddress=127.0.0.1', 'peerType=observer', ...MEMBERS, 'group.1=1:2',
    'weight.1=1',
    'dynamicConfigFile=/old.dynamic.1', 'reconfigEnabled=true', '', '',
  ].join('\n');
  assert.is(staticText(text, '/z.dynamic.2', true), '# ours\ndataDir=/d\nreconfigEnabled=true\ndynamicConfigFile=/z.dynamic.2\n');
  assert.match(staticText(text, '/z.dynamic.2', false), /clientPort=2181\nclientPortAddress=127\.0\.0\.1\nreconfig/);
  assert.is(dynamicText([...MEMBERS, 'version=100000000'].join('\n')), `${MEMBERS.join('\n')}\n`);
});

test('a newer configuration takes the place of an older one; the first file is kept', () => {
  const root = mkdtempSync(join(tmpdir(), 'vivarium-dynamic-'));
  try {
    const path = join(root, 'zoo.cfg');
    const first = `dataDir=${root}\ninitLimit=5\nsyncLimit=2\nreconfigEnabled=true\n${MEMBERS[0] ?? ''}\n`;
    writeFileSync(path, first);
    writeBack(path, 1, `${MEMBERS[0] ?? ''}\nversion=100000000`, '100000000');
    writeBack(path, 1, [...MEMBERS, 'version=10000000a'].join('\n'), '10000000a');
    const { config, errors } = readBack(path, 1);
    assert.equal(errors, []);
    assert.equal(config?.members.map(({ id, role }) => `${id} ${role}`), ['1 participant', '2 participant']);
    assert.is(locateFiles(readFileSync(path, 'utf8')).dynamicConfigFile, `${path}.dynamic.10000000a`);
    assert.is(readFileSync(`${path}.bak`, 'utf8'), first);
    assert.not.ok(existsSync(`${path}.tmp`));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test('servers that may be reconfigured write down what is in force, and start from it', async () => {
  const root = mkdtempSync(join(tmpdir(), 'vivarium-dynamic-'));
  const at = { host: '127.0.0.1', port: 0 };
  const held = await Listeners.bind(Array.from({ length: 6 }, () => ({ port: 'client', at })));
  const ports = held.bound.map(({ port }) => port);
  await held.close();
  const members = [1, 2].map((id) => {
    const [client, quorum, election] = ports.slice((id - 1) * 3);
    return `server.${id}=127.0.0.1:${quorum ?? 0}:${election ?? 0}:participant;127.0.0.1:${client ?? 0}`;
  });
  const path = (id: number): string => join(root, String(id), 'zoo.cfg');
  const start = (id: number): Promise<StartedServer> => {
    const { config, host, isStandalone, errors } = readBack(path(id), id);
    if (config === null) throw new Error(errors.join('; '));
    const plan = { config, host, isStandalone, log: pino({ level: 'silent' }), onStop: () => undefined };
    return startServer({ ...plan, configFile: path(id) });
  };
  const servers: StartedServer[] = [];
  try {
    for (const id of [1, 2]) {
      mkdirSync(join(root, String(id)));
      const lines = [`dataDir=${join(root, String(id))}`, 'tickTime=200', 'initLimit=50', 'syncLimit=50', 'preAllocSize=64'];
      writeFileSync(path(id), [...lines, 'admin.enableServer=false', 'reconfigEnabled=true', ...members, ''].join('\n'));
    }
    for (const id of [1, 2]) servers.push(await start(id));
    await Promise.all(servers.map(({ ready }) => ready));
    const hasMoved = (id: number): boolean => locateFiles(readFileSync(path(id), 'utf8')).dynamicConfigFile !== null;
    await until(() => hasMoved(1) && hasMoved(2), 'both files to be written back');
    for (const server of servers.splice(0)) await server.stop();
    for (const id of [1, 2]) {
      const name = locateFiles(readFileSync(path(id), 'utf8')).dynamicConfigFile ?? '';
      assert.match(name, /zoo\.cfg\.dynamic\.[1-9a-f][0-9a-f]*$/);
      assert.is(readFileSync(name, 'utf8'), `${members.join('\n')}\n`);
      assert.match(zxidToHex(readBack(path(id), id).config?.configVersion ?? ZXID_ZERO), /^0x1/);
    }
    for (const id of [1, 2]) servers.push(await start(id));
    await Promise.all(servers.map(({ ready }) => ready));
  } finally {
    for (const server of servers) await server.stop();
    rmSync(root, { recursive: true, force: true });
  }
});

test.run();
