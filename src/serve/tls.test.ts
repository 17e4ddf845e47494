/**
 * TLS on both kinds of ports: who has the right certificate gets in, everybody else does not. Certificates are made by openssl
 * for the length of the test; where there is none, the test says so and nothing is claimed.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { pino } from 'pino';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ZooKeeper } from '../api/zookeeper.ts';
import { NO_SESSION } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import { Listeners } from '../host/listeners.ts';
import { subjectName } from '../host/tls.ts';
import { parseConfigFile } from '../server/config-file.ts';
import { decodeReply, encodeClientFrame } from '../wire/client-codec.ts';
import { FrameSplitter } from '../wire/framing.ts';
import { hasOpenssl, makeAuthority, makeCertificate, tlsKeys as keysOf } from './certificates.ts';
import { startEnsemble } from './ensemble.ts';
import { until } from './serve-testing.ts';
import { startServer } from './start.ts';
import type { StartedServer } from './start.ts';

const test = suite('TLS');

/** An authority, and PEM files with key and certificate of everybody named; `stranger` is of another authority. */
function makeCertificates(directory: string): void {
  for (const authority of ['ca', 'other']) makeAuthority(directory, authority);
  for (const [name, authority] of [['server', 'ca'], ['client', 'ca'], ['stranger', 'other']] as const) {
    makeCertificate(directory, name, authority);
  }
}

async function start(text: string, id: number): Promise<StartedServer> {
  const { config, host, isStandalone, errors } = parseConfigFile({ text, dynamic: null, myid: String(id) });
  if (config === null) throw new Error(errors.join('; '));
  const log = pino({ level: 'silent' });
  return startServer({ config, host, isStandalone, log, onStop: (stop) => {
    throw new Error(JSON.stringify(stop));
  } });
}

function common(directory: string): string[] {
  return [
    `dataDir=${directory}`, 'tickTime=200', 'initLimit=20', 'syncLimit=20', 'admin.enableServer=false', 'preAllocSize=64',
  ];
}

function tlsKeys(prefix: string, certificates: string, who: string): string[] {
  return [
    `${prefix}.keyStore.location=${join(certificates, `${who}.pem`)}`,
    `${prefix}.trustStore.location=${join(certificates, 'ca.pem')}`,
  ];
}

/** Asks a server who we are; the ids that it answers, or why it does not. */
function whoAmI(port: number, certificates: string, who: string | null): Promise<string> {
  return new Promise((resolve) => {
    const pem = who === null ? undefined : readFileSync(join(certificates, `${who}.pem`));
    const ca = readFileSync(join(certificates, 'ca.pem'));
    const socket = connect({ host: '127.0.0.1', port, ca, ...(pem === undefined ? {} : { key: pem, cert: pem }) });
    const splitter = new FrameSplitter();
    let isGreeted = false;
    socket.on('error', () => resolve('refused'));
    socket.on('close', () => resolve('closed'));
    socket.on('data', (chunk: Buffer) => {
      splitter.push(chunk);
      for (let payload = splitter.next(); payload !== undefined; payload = splitter.next()) {
        if (!isGreeted) {
          isGreeted = true;
          socket.write(encodeClientFrame({ kind: 'request', xid: 1, request: { kind: 'whoAmI' } }));
          continue;
        }
        const { response } = decodeReply(payload, 'whoAmI');
        resolve(response?.kind === 'whoAmI' ? response.users.map((id) => JSON.stringify(id)).join() : 'nobody');
        socket.destroy();
      }
    });
    socket.write(encodeClientFrame({
      kind: 'connectRequest', protocolVersion: 0, lastZxidSeen: ZXID_ZERO, timeoutMs: 5000, sessionId: NO_SESSION,
      password: new Uint8Array(16), readOnly: false,
    }));
  });
}

/** Whether whoever speaks without TLS is answered by the end of the connection; a TLS alert may come before it. */
function isDeafInTheClear(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const ALERT = 21;
    const plain = createConnection({ host: '127.0.0.1', port });
    let isDeaf = true;
    plain.on('error', () => undefined);
    plain.on('data', (chunk: Buffer) => { isDeaf &&= chunk[0] === ALERT; });
    plain.on('close', () => { resolve(isDeaf); });
    plain.write('ruok and more than a frame of it');
  });
}

if (hasOpenssl()) {
  const root = mkdtempSync(join(tmpdir(), 'vivarium-tls-'));
  const certificates = join(root, 'certificates');
  test.before(() => {
    mkdirSync(certificates);
    makeCertificates(certificates);
  });
  test.after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  test('the secure client port lets in who proves who it is, and knows the name', async () => {
    const text = [...common(join(root, 'alone')), 'secureClientPort=0', 'secureClientPortAddress=127.0.0.1',
      ...tlsKeys('ssl', certificates, 'server')].join('\n');
    const server = await start(text, 1);
    try {
      await server.ready;
      const port = server.secureClient?.port ?? 0;
      assert.match(await whoAmI(port, certificates, 'client'), /"x509".*"CN=client,O=Vivarium"/);
      for (const who of ['stranger', null]) {
        assert.match(await whoAmI(port, certificates, who), /^(refused|closed)$/, `${who ?? 'nobody'} must not get in`);
      }
      const plain = createConnection({ host: '127.0.0.1', port });
      plain.on('error', () => undefined);
      plain.write('ruok');
      await new Promise((resolve) => plain.on('close', resolve));
      await until(() => server.monitoring.view().authFailures >= 3, 'each of them counted');
    } finally {
      await server.stop();
    }
  });

  test('the promise-based client speaks TLS; what is no certificate is refused when it is made', async () => {
    const text = [...common(join(root, 'promised')), 'secureClientPort=0', 'secureClientPortAddress=127.0.0.1',
      ...tlsKeys('ssl', certificates, 'server')].join('\n');
    const server = await start(text, 1);
    try {
      await server.ready;
      const at = `127.0.0.1:${server.secureClient?.port ?? 0}`;
      const pem = readFileSync(join(certificates, 'client.pem'));
      const common = { clientAuth: 'none', isHostVerified: true, handshakeTimeoutMs: 5000 } as const;
      const tls = { ...common, key: pem, cert: pem, ca: readFileSync(join(certificates, 'ca.pem')) };
      const zk = await ZooKeeper.connect(at, { tls });
      assert.ok((await zk.whoAmI()).some(({ scheme, user }) => scheme === 'x509' && user === 'CN=client,O=Vivarium'));
      await zk.close();
      assert.throws(() => new ZooKeeper(at, { tls: { ...common, key: Buffer.from('x'), cert: pem } }), /no usable keys/);
    } finally {
      await server.stop();
    }
  });

  test('who does not come through a handshake holds up no end', async () => {
    const pem = readFileSync(join(certificates, 'server.pem'));
    const tls = { key: pem, cert: pem, clientAuth: 'none', isHostVerified: false, handshakeTimeoutMs: 600_000 } as const;
    const listeners = await Listeners.bind([{ port: 'client', at: { host: '127.0.0.1', port: 0 }, tls }]);
    const at = { host: '127.0.0.1', port: listeners.bound[0]?.port ?? 0 };
    const silent = createConnection(at);
    const isGone = new Promise((resolve) => silent.on('close', resolve));
    silent.on('error', () => undefined);
    await new Promise((resolve) => silent.on('connect', resolve));
    // The other end knows of it once it has answered somebody who came later.
    await new Promise((resolve) => connect({ ...at, ca: pem }).on('error', resolve).on('close', resolve));
    await listeners.close();
    await isGone;
  });

  test('servers that believe each other elect; one with another certificate is left out', async () => {
    const at = { host: '127.0.0.1', port: 0 };
    const held = await Listeners.bind(Array.from({ length: 9 }, () => ({ port: 'client', at })));
    const ports = held.bound.map(({ port }) => port);
    await held.close();
    const lines = [0, 1, 2].map((index) => {
      const [client, quorum, election] = ports.slice(index * 3);
      return `server.${index + 1}=127.0.0.1:${quorum ?? 0}:${election ?? 0};127.0.0.1:${client ?? 0}`;
    });
    const text = (id: number, who: string): string => {
      const tls = ['sslQuorum=true', ...tlsKeys('ssl.quorum', certificates, who)];
      return [...common(join(root, String(id))), ...tls, ...lines].join('\n');
    };
    const servers = [await start(text(1, 'server'), 1), await start(text(2, 'client'), 2), await start(text(3, 'stranger'), 3)];
    try {
      const [one, two, three] = servers;
      await Promise.all([one?.ready, two?.ready]);
      assert.is(three?.real.server.isServing, false, 'whom nobody believes joins nothing');
      assert.is(two?.real.server.leader !== null, true, 'the larger of the two leads');
    } finally {
      for (const server of servers) await server.stop();
    }
  });

  test('an ensemble for development speaks TLS on every port, by certificates that were made for it', async () => {
    const own = join(root, 'own');
    const keys = keysOf(own, '127.0.0.1');
    assert.is(keysOf(own, '127.0.0.1'), keys, 'what is there already is taken');
    makeAuthority(own, 'other');
    makeCertificate(own, 'stranger', 'other');
    const ensemble = await startEnsemble({
      servers: 3, observers: 1, host: '127.0.0.1', firstPort: 0, directory: join(root, 'ensemble'), keys,
      log: pino({ level: 'silent' }), onStop: (_id, stop) => { throw new Error(JSON.stringify(stop)); },
    });
    try {
      await Promise.all(ensemble.servers.map(({ ready }) => ready));
      for (const { id, client, secureClient, real } of ensemble.servers) {
        assert.is(client, null, 'nothing in the clear');
        assert.match(await whoAmI(secureClient?.port ?? 0, own, 'client'), /"x509".*"CN=client,O=Vivarium"/, `server ${id}`);
        const { quorumPort, electionPort } = real.server.config.members.find((member) => member.id === id)?.spec ?? {};
        for (const port of [secureClient?.port ?? 0, quorumPort ?? 0, electionPort ?? 0]) {
          assert.match(await whoAmI(port, own, 'stranger'), /^(refused|closed)$/, `${port} of server ${id}`);
          assert.ok(await isDeafInTheClear(port), `${port} of server ${id}`);
        }
      }
    } finally {
      await ensemble.stop();
    }
  });
} else {
  console.log('skipped: there is no openssl to make certificates with, so TLS was not tested');
}

test('a subject reads as Java prints it', () => {
  assert.is(subjectName('C=GB\nO=A, B\nCN=x'), 'CN=x,O=A\\, B,C=GB');
});

test.run();
