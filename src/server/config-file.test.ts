/** What zoo.cfg may say, and what is said of it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseConfigFile } from './config-file.ts';
import type { ParsedConfig } from './config-file.ts';
import { parseProperties } from './properties.ts';

const test = suite('zoo.cfg');

const THREE = [1, 2, 3].map((id) => `server.${id}=10.0.0.${id}:2888:3888`).join('\n');
const ENSEMBLE = `dataDir=/d\nclientPort=2181\ninitLimit=5\nsyncLimit=2\n${THREE}\n`;

function parse(text: string, myid: string | null = '1', dynamic: string | null = null): ParsedConfig {
  return parseConfigFile({
    text, myid, dynamic: dynamic === null ? null : { name: '/c/zoo.cfg.dynamic.10000000a', text: dynamic },
  });
}

test('properties are read as Java reads them', () => {
  const text = '# a comment\n! another\n a = 1 \nb: 2\nc 3\nd=x\\\n   y\n\\e\\=f=g\\u0041\\tz\nh\na=4\n';
  assert.equal([...parseProperties(text)], [['a', '4'], ['b', '2'], ['c', '3'], ['d', 'xy'], ['e=f', 'gA\tz'], ['h', '']]);
});

test('an ensemble is read with its defaults', () => {
  const { config, host, errors, notes, isStandalone } = parse(ENSEMBLE);
  assert.equal([errors, notes, isStandalone], [[], [], false]);
  assert.equal([config?.id, config?.tickTimeMs], [1, 3000]);
  assert.equal([config?.minSessionTimeoutMs, config?.maxSessionTimeoutMs], [6000, 60_000]);
  assert.equal([host.dataLogDir, host.whitelist, host.admin.at.port, host.metrics], ['/d', ['srvr'], 8080, null]);
  assert.equal(config?.members.map(({ spec }) => spec?.client ?? null), [{ host: '0.0.0.0', port: 2181 }, null, null]);
});

test('a server alone needs no myid', () => {
  const { config, isStandalone, errors } = parse('dataDir=/d\nclientPort=2181\n', null);
  assert.equal([errors, isStandalone, config?.members], [[], true, [{ id: 1, role: 'participant' }]]);
  assert.is(config?.finalizeWaitMs, 0, 'nobody is waited for');
});

test('a dynamic file holds the members, and its name their version', () => {
  const { config, errors } = parse('dataDir=/d\nclientPort=2181\ninitLimit=5\nsyncLimit=2\n', '2', THREE);
  assert.equal(errors, []);
  assert.equal([config?.id, config?.members.length, config?.configVersion], [2, 3, 0x10000000a]);
});

const HONOURED: readonly (readonly [string, (parsed: ParsedConfig) => unknown, unknown])[] = [
  ['tickTime=500', ({ config }) => [config?.tickTimeMs, config?.minSessionTimeoutMs], [500, 1000]],
  ['zookeeper.snapCount=1', ({ config }) => config?.snapCount, 2],
  ['forceSync=no', ({ host }) => host.forceSync, false],
  ['snapshotSizeFactor=-1', ({ config }) => config?.snapshotSizePercent, -1],
  ['4lw.commands.whitelist=stat, ruok', ({ host }) => host.whitelist, ['stat', 'ruok', 'srvr']],
  ['4lw.commands.whitelist=\nreadonlymode.enabled=true', ({ host }) => host.whitelist, ['srvr', 'isro']],
  ['jute.maxbuffer=2000000', ({ config }) => config?.juteMaxBuffer, 2_000_000],
  ['DigestAuthenticationProvider.superDigest=super:x=', ({ config }) => config?.superDigest, 'super:x='],
  ['metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider',
    ({ host }) => host.metrics, { host: '0.0.0.0', port: 7000 }],
  ['group.1=1:2:3\nweight.1=2', ({ config }) => config?.hierarchy,
    { groups: [{ id: 1, members: [1, 2, 3] }], weights: [{ id: 1, weight: 2 }] }],
];

test('keys are honoured', () => {
  for (const [line, read, expected] of HONOURED) {
    const parsed = parse(`${ENSEMBLE}${line}\n`);
    assert.equal([parsed.errors, parsed.notes], [[], []], line);
    assert.equal(read(parsed), expected, line);
  }
});

test('a server alone has global sessions, whatever is asked for', () => {
  const isLocal = (text: string, myid: string | null): unknown => parse(text, myid).config?.localSessionsEnabled;
  const asking = 'localSessionsEnabled=true\n';
  assert.equal([isLocal(`dataDir=/d\nclientPort=2181\n${asking}`, null), isLocal(ENSEMBLE + asking, '1')], [false, true]);
});

test('lists may name who shows a certificate where there is a port to show it at', () => {
  const schemesOf = (lines: string): unknown => parse(`${ENSEMBLE}${lines}\n`).config?.transportSchemes;
  assert.equal([schemesOf(''), schemesOf('secureClientPort=2281')], [[], ['x509']]);
});

const IGNORED: readonly (readonly [string, RegExp])[] = [
  ['autopurge.purgeInterval=1', /^autopurge.purgeInterval is ignored: old snapshots .* after each new snapshot/],
  ['zookeeper.nio.numWorkerThreads=3', /^zookeeper.nio.numWorkerThreads is ignored: there are no threads/],
  ['connection_throttle_tokens=3', /maxClientCnxns/],
  ['flushDelay=5', /is ignored/],
  ['what.is.this=5', /^what.is.this is ignored: no server here knows this key$/],
  ['server.4=10.0.0.4:2888:3888', /4 voters survive no more losses than 3/],
];

test('keys are ignored with a line that says why', () => {
  for (const [line, expected] of IGNORED) {
    const { errors, notes } = parse(`${ENSEMBLE}${line}\n`);
    assert.equal([errors, notes.length], [[], 1], line);
    assert.match(notes[0] ?? '', expected);
  }
});

const WRONG: readonly (readonly [text: string, myid: string | null, RegExp])[] = [
  [ENSEMBLE.replace('dataDir=/d', ''), '1', /^dataDir is missing/],
  [ENSEMBLE.replace('clientPort=2181', ''), '1', /^clientPort is missing/],
  [ENSEMBLE.replace('clientPort=2181', 'clientPortAddress=::1'), '1', /clientPortAddress needs clientPort/],
  [`${ENSEMBLE}tickTime=0`, '1', /^tickTime must be a whole number from 1 on, not "0"$/],
  [ENSEMBLE.replace('initLimit=5', ''), '1', /^initLimit is missing/],
  [ENSEMBLE.replace('syncLimit=2', ''), '1', /^syncLimit is missing/],
  [ENSEMBLE, null, /myid is missing/],
  [ENSEMBLE, 'one', /myid must hold a number/],
  [ENSEMBLE, '9', /no server.9/],
  [`${ENSEMBLE}minSessionTimeout=9\nmaxSessionTimeout=8`, '1', /^minSessionTimeout must not be larger/],
  [ENSEMBLE.replaceAll(':3888', ':3888:observer'), '1', /observers need participants/],
  [ENSEMBLE.replaceAll(':3888', ':2888'), '1', /two ports/],
  [ENSEMBLE.replaceAll(':3888', ''), '1', /host:quorumPort:electionPort/],
  [`${ENSEMBLE}peerType=observer`, '1', /peerType is observer/],
  [`${ENSEMBLE}standaloneEnabled=maybe`, '1', /true or false/],
  ['dataDir=/d\nclientPort=1\nstandaloneEnabled=false', '1', /standaloneEnabled=false needs/],
  [`${ENSEMBLE}group.1=1:2`, '1', /in no group/],
  [`${ENSEMBLE}electionAlg=0`, '1', /^electionAlg=0 is refused/],
  [`${ENSEMBLE}quorum.auth.enableSasl=true`, '1', /use sslQuorum/],
  [`${ENSEMBLE}authProvider.1=com.example.Foo`, '1', /refused: Java classes/],
  [`${ENSEMBLE}ssl.ocsp=true`, '1', /refused: revocation/],
  [ENSEMBLE.replace('10.0.0.1:2888:3888', '10.0.0.1:2888:3888;2182'), '1', /clientPort is 2181, but server.1 says 2182/],
];

test('a key whose value is refused is not called missing as well', () => {
  assert.equal(parse(ENSEMBLE.replace('clientPort=2181', 'clientPort=99999'), '1').errors, [
    'clientPort must be a whole number from 0 to 65535, not "99999"',
  ]);
  assert.equal(parse(ENSEMBLE.replace('initLimit=5', 'initLimit=five'), '1').errors, [
    'initLimit must be a whole number from 1 on, not "five"',
  ]);
});

test('what cannot be run is refused with a sentence', () => {
  for (const [text, myid, expected] of WRONG) {
    const { config, errors } = parse(text, myid);
    assert.is(config, null, text);
    assert.ok(errors.some((error) => expected.test(error)), `${String(expected)} among ${errors.join(' | ')}`);
  }
  const twice = parse(ENSEMBLE, '1', THREE).errors;
  assert.match(twice.join(), /leave it in one/);
  assert.match(parse('dataDir=/d', '1', 'tickTime=5').errors.join(), /may not stand in the dynamic/);
});

test('what is refused may stand there when it asks for nothing', () => {
  for (const line of ['electionAlg=3', 'quorum.auth.enableSasl=false', 'audit.enable=false', 'leaderServes=yes']) {
    assert.equal(parse(`${ENSEMBLE}${line}\n`).errors, [], line);
  }
});

test.run();
