/**
 * Certificates for development: an authority of one's own and what it vouches for, made by openssl, so that TLS can be had
 * without knowing how certificates are made. For a machine that others reach, an operator brings certificates of an authority
 * that is guarded: the key of this one lies beside what it signs.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { UsageError } from '../command/command.ts';
import { bareHost } from '../host/endpoint.ts';
import { makeDirectory } from '../host/make-directory.ts';

const VALID_DAYS = '365';
const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', VALID_DAYS];
/** What only its owner may read. */
const SECRET_MODE = 0o600;

/** Whether certificates can be made here. */
export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Makes `NAME.key` and the certificate `NAME.pem` of an authority. */
export function makeAuthority(directory: string, name: string): void {
  openssl(directory, 'req', '-x509', ...CURVE, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=${name}`);
}

/** Makes `NAME.pem`, key and certificate in one file, for this machine and for `host`; `authority` vouches for it. */
export function makeCertificate(directory: string, name: string, authority: string, host: string = '127.0.0.1'): void {
  const bare = bareHost(host);
  const names = new Set(['IP:127.0.0.1', 'DNS:localhost', `${isIP(bare) === 0 ? 'DNS' : 'IP'}:${bare}`]);
  writeFileSync(join(directory, `${name}.cnf`), `subjectAltName=${[...names].join(',')}\n`);
  openssl(directory, 'req', '-new', ...CURVE, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/O=Vivarium/CN=${name}`);
  openssl(directory, 'x509', '-req', '-in', `${name}.csr`, '-CA', `${authority}.pem`, '-CAkey', `${authority}.key`,
    '-CAcreateserial', '-days', VALID_DAYS, '-extfile', `${name}.cnf`, '-out', `${name}.crt`);
  const parts = [`${name}.key`, `${name}.crt`].map((file) => readFileSync(join(directory, file), 'utf8'));
  writeFileSync(join(directory, `${name}.pem`), parts.join(''), { mode: SECRET_MODE });
  for (const ending of ['cnf', 'csr', 'crt', 'key']) rmSync(join(directory, `${name}.${ending}`));
}

/**
 * The keys of zoo.cfg by which clients and servers prove themselves with what is in `directory`: `ca.pem`, `server.pem`. Where
 * neither is there, they are made, and a `client.pem` for whoever is to connect. Throws `UsageError`.
 */
export function tlsKeys(directory: string, host: string): string {
  const found = ['ca.pem', 'server.pem'].filter((file) => existsSync(join(directory, file)));
  if (found.length === 1) {
    throw new UsageError(`--tls ${directory} has ${found.join()} but must have ca.pem and server.pem: add the other`);
  }
  if (found.length === 0) makeAll(directory, host);
  const files = (prefix: string): string[] => [
    `${prefix}.keyStore.location=${join(directory, 'server.pem')}`, `${prefix}.trustStore.location=${join(directory, 'ca.pem')}`,
  ];
  return ['secureClientPort=0', 'sslQuorum=true', ...files('ssl'), ...files('ssl.quorum')].join('\n');
}

function makeAll(directory: string, host: string): void {
  if (!hasOpenssl()) {
    throw new UsageError(`--tls ${directory} has no ca.pem and server.pem, and there is no openssl to make them: put them there`);
  }
  makeDirectory(directory);
  makeAuthority(directory, 'ca');
  for (const name of ['server', 'client']) makeCertificate(directory, name, 'ca', host);
}

function openssl(directory: string, ...argv: readonly string[]): void {
  execFileSync('openssl', argv, { cwd: directory, stdio: 'ignore' });
}
