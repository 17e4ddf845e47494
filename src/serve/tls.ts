/** Keys and certificates as `zoo.cfg` names them, read from their files. PEM and PKCS #12 are read; Java's own format is not. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../command/command.ts';
import type { TlsIdentity } from '../host/tls.ts';
import type { TlsFiles } from '../server/config-draft.ts';

/** Throws `UsageError` with a sentence for the operator. `prefix`: `ssl` or `ssl.quorum`. */
export function readTls(files: TlsFiles, prefix: string): TlsIdentity {
  if (files.keyStore === '') throw new UsageError(`${prefix}.keyStore.location is missing: say where key and certificate are`);
  const { clientAuth, hostnameVerification: isHostVerified, handshakeTimeoutMs } = files;
  const common = { clientAuth, isHostVerified, handshakeTimeoutMs, ...authorities(files, prefix) };
  const key = `${prefix}.keyStore.location`;
  const passphrase = secret(files.keyStorePassword, files.keyStorePasswordPath, `${prefix}.keyStore.passwordPath`);
  const withPassphrase = passphrase === '' ? {} : { passphrase };
  switch (formatOf(files.keyStore, files.keyStoreType)) {
    case 'PEM': {
      const pem = read(files.keyStore, key);
      return { ...common, ...withPassphrase, key: pem, cert: pem };
    }
    case 'PKCS12':
      return { ...common, ...withPassphrase, pfx: read(files.keyStore, key) };
    default:
      throw new UsageError(`${key} is a Java key store: convert it to PKCS #12 (keytool -importkeystore) or PEM`);
  }
}

function authorities({ trustStore, trustStoreType, clientAuth }: TlsFiles, prefix: string): { ca?: Buffer } {
  if (trustStore === '') {
    if (clientAuth === 'none') return {};
    throw new UsageError(`${prefix}.trustStore.location is missing: say whose certificates are believed, as PEM`);
  }
  if (formatOf(trustStore, trustStoreType) === 'PEM') return { ca: read(trustStore, `${prefix}.trustStore.location`) };
  throw new UsageError(`${prefix}.trustStore.location must be PEM: export the certificates with keytool -exportcert -rfc`);
}

function formatOf(path: string, type: string): string {
  if (type !== '') return type.toUpperCase();
  if (/\.pem$/i.test(path)) return 'PEM';
  return /\.(p12|pfx)$/i.test(path) ? 'PKCS12' : 'JKS';
}

function secret(password: string, path: string, key: string): string {
  return path === '' ? password : read(path, key).toString('utf8').trim();
}

function read(path: string, key: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`${key}=${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
