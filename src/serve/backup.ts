/**
 * The two admin commands that carry files (section 6.3 of the protocol's description; SnapshotCommand, RestoreCommand): a backup
 * of a running server, and its restoration. Both are for whoever may do everything at the root, and neither is done often.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Zxid } from '../base/zxid.ts';
import { monotonicMs } from '../host/clock.ts';
import { plainAddress } from '../host/endpoint.ts';
import type { DiskError } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import { addAuth, effectiveIds } from '../server/authentication.ts';
import type { HostConfig } from '../server/config-draft.ts';
import type { ServerConfig } from '../server/config.ts';
import { jackson } from '../server/jackson.ts';
import type { Json } from '../server/jackson.ts';
import { isPermitted } from '../tree/acl.ts';
import { decodeSnapshot } from '../wire/snapshot-codec.ts';
import type { SnapshotImage } from '../wire/transactions.ts';
import { WireError } from '../wire/wire-error.ts';
import type { Id } from '../wire/words.ts';
import { Permission } from '../wire/words.ts';
import type { HttpAnswer } from './http.ts';
import type { ServerMetrics } from './metrics.ts';
import { RestoreError } from './restore.ts';
import type { RealServer } from './server.ts';

/** What stands between asking and a snapshot: another one that is being written, mostly. */
const ATTEMPTS = 200;
const ATTEMPT_PAUSE_MS = 50;
/** A hang guard: so long may the writing of one snapshot take. */
const WRITING_MAX_MS = 600_000;
/** A snapshot is read as a whole, in memory. */
const UPLOAD_MAX = 2 ** 31 - 1;
const PERMISSIONS = [Permission.READ, Permission.WRITE, Permission.CREATE, Permission.DELETE, Permission.ADMIN];
const JSON_TYPE = 'application/json; charset=utf-8';

/** Whom the commands act upon. */
export interface BackedUp {
  readonly config: ServerConfig;
  readonly host: Pick<HostConfig, 'dataDir' | 'admin'>;
  readonly metrics: ServerMetrics;
  /** The server as it runs now. */
  real(): RealServer;
  /** Stops it, makes the image its state and starts it; the zxid of what was restored. Throws `RestoreError`. */
  restore(image: SnapshotImage): Promise<Zxid>;
}

/** An answer that is not what was asked for. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Waiting = (written: Zxid | Refusal) => void;

/** See the head of the file. */
export class Backups {
  private readonly of: BackedUp;
  private readonly waiting: Set<Waiting> = new Set();
  private readonly lastMs: Map<string, number> = new Map();
  private isRestoring = false;

  constructor(of: BackedUp) {
    this.of = of;
  }

  /** What the server observed. */
  onFact(fact: Fact): void {
    if (fact.kind === 'snapshotWritten') this.settle(fact.zxid);
    else if (fact.kind === 'role') this.settle(new Refusal(500, 'the server’s role changed meanwhile: ask again'));
  }

  /** What its disk would not do. */
  onDiskFailure(file: string, error: DiskError): void {
    if (!file.startsWith('snapshot.') || error === 'ENOENT') return;
    this.settle(new Refusal(500, `${file} cannot be written (${error}): make room on its disk`));
  }

  /** The answer to `name`; null where it is not one of the two, or not in its method. */
  async answer(name: string, url: URL, request: IncomingMessage): Promise<HttpAnswer | null> {
    const isRestore = name === 'restore' || name === 'rest';
    if (!isRestore && name !== 'snapshot' && name !== 'snap') return null;
    const command = isRestore ? 'restore' : 'snapshot';
    if (request.method !== (isRestore ? 'POST' : 'GET')) {
      return told(405, { command, error: `${command} is asked for by ${isRestore ? 'POST' : 'GET'}` });
    }
    try {
      this.authorize(request);
      return isRestore ? await this.restore(request) : await this.snapshot(url.searchParams.get('streaming') !== 'false');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { metrics } = this.of;
      if (error.status === 429) metrics.count(isRestore ? 'restore_rate_limited_count' : 'snapshot_rate_limited_count');
      else if (error.status === 500) metrics.count(isRestore ? 'restore_error_count' : 'snapshot_error_count');
      return told(error.status, { command, error: error.message });
    }
  }

  /** Who asks must say who it is, even where everybody may do everything. */
  private authorize(request: IncomingMessage): void {
    const [scheme = '', auth = '', ...more] = (request.headers.authorization ?? '').split(' ');
    const ids = more.length > 0 || auth === '' ? null : this.identify(scheme, auth, request);
    if (ids === null) throw new Refusal(401, 'say who you are in the header Authorization: digest USER:PASSWORD, or ip ADDRESS');
    const acl = this.of.real().server.database.tree.acl('/') ?? [];
    const effective = effectiveIds(ids, this.of.config);
    // ZooKeeper asks for ALL in a way that is content with any of them.
    if (PERMISSIONS.every((permission) => isPermitted(acl, permission, effective))) return;
    throw new Refusal(403, 'you may not do everything at /, which this command needs');
  }

  private identify(scheme: string, auth: string, request: IncomingMessage): readonly Id[] | null {
    const address = plainAddress(request.socket.remoteAddress);
    if (scheme === 'ip') return [{ scheme: 'ip', id: address }];
    const found = addAuth([], { kind: 'auth', authType: 0, scheme, auth: new TextEncoder().encode(auth) }, this.of.config);
    return typeof found === 'string' || found.length === 0 ? null : found;
  }

  private async snapshot(isStreaming: boolean): Promise<HttpAnswer> {
    if (!this.of.host.admin.isSnapshotEnabled) throw new Refusal(503, 'admin.snapshot.enabled is false');
    this.takeTurn('snapshot');
    const zxid = (await this.written()).toString(16);
    const file = await open(join(this.of.host.dataDir, 'version-2', `snapshot.${zxid}`));
    const { size } = await file.stat();
    const headers = { last_zxid: `0x${zxid}`, snapshot_size: String(size) };
    if (!isStreaming) {
      await file.close();
      return { ...told(200, { command: 'snapshot', error: null }), headers };
    }
    // The file is open: a purge may remove its name meanwhile.
    const body = createReadStream('', { fd: file });
    return { status: 200, type: 'application/octet-stream', body, headers: { ...headers, 'content-length': String(size) } };
  }

  /** Takes a snapshot; the zxid of its file. */
  private async written(): Promise<Zxid> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { machine, server } = this.of.real();
      const asked: { zxid: Zxid | null } = { zxid: null };
      machine.perform((io) => { asked.zxid = server.takeSnapshot(io); });
      if (asked.zxid !== null) {
        const answer = await this.next();
        if (typeof answer !== 'number') throw answer;
        if (answer === asked.zxid) return answer;
      }
      await new Promise((resolve) => { setTimeout(resolve, ATTEMPT_PAUSE_MS); });
    }
    throw new Refusal(500, 'no snapshot can be taken now: the server serves nobody, or the last write was a reconfiguration');
  }

  /** The next one that is written, or why it is not. */
  private next(): Promise<Zxid | Refusal> {
    return new Promise((resolve) => {
      const guard = setTimeout(() => { settle(new Refusal(500, 'the snapshot is not written yet')); }, WRITING_MAX_MS);
      guard.unref();
      const settle: Waiting = (answer) => {
        clearTimeout(guard);
        this.waiting.delete(settle);
        resolve(answer);
      };
      this.waiting.add(settle);
    });
  }

  private settle(answer: Zxid | Refusal): void {
    for (const settle of this.waiting) settle(answer);
  }

  private async restore(request: IncomingMessage): Promise<HttpAnswer> {
    if (!this.of.host.admin.isRestoreEnabled) throw new Refusal(503, 'admin.restore.enabled is false');
    const bytes = await bodyOf(request);
    if (bytes.length === 0) throw new Refusal(400, 'send the snapshot as the body of the request');
    const image = imageOf(bytes);
    this.takeTurn('restore');
    if (this.isRestoring) throw new Refusal(429, 'another snapshot is being restored');
    this.isRestoring = true;
    try {
      const zxid = await this.of.restore(image);
      return told(200, { last_zxid: `0x${zxid.toString(16)}`, command: 'restore', error: null });
    } catch (error) {
      throw error instanceof RestoreError ? new Refusal(500, error.message) : error;
    } finally {
      this.isRestoring = false;
    }
  }

  /** Checked last, so that what is refused costs no turn. */
  private takeTurn(command: string): void {
    const { rateLimitMs } = this.of.host.admin;
    const last = this.lastMs.get(command);
    const now = monotonicMs();
    if (last !== undefined && now - last < rateLimitMs) {
      const waitS = Math.ceil((last + rateLimitMs - now) / 1000);
      throw new Refusal(429, `${command} was asked for less than ${rateLimitMs} ms ago: wait ${waitS} s`);
    }
    this.lastMs.set(command, now);
  }
}

function told(status: number, fields: Readonly<Record<string, Json>>): HttpAnswer {
  return { status, type: JSON_TYPE, body: jackson(fields) };
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    length += chunk.length;
    if (length > UPLOAD_MAX) throw new Refusal(413, `a snapshot of more than ${UPLOAD_MAX} bytes is not taken`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function imageOf(bytes: Uint8Array): SnapshotImage {
  try {
    return decodeSnapshot(bytes);
  } catch (error) {
    if (error instanceof WireError) throw new Refusal(500, `this is no whole snapshot of ZooKeeper 3.9 (${error.message})`);
    throw error;
  }
}
