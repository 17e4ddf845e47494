/**
 * Gives a disk time: requests complete later, those for one file in the order asked, others in any. A sync's effect comes with
 * its completion, not with its request, so that a crash between the two may lose what it was to save. The one place where
 * a request can be made to fail.
 */
import { invariant } from '../base/invariant.ts';
import type { DiskError, DiskToken, Event } from '../io/event.ts';
import type { Core } from './core.ts';
import type { SimulatedDisk, SyncMark } from './disk.ts';
import type { DiskCall } from './fault.ts';
import { Due } from './heap.ts';
import type { Host } from './host.ts';
import { drawLatency, type Latency } from './settings.ts';

/** A request under way: what it will have done when it is complete, and what is answered. */
export interface DiskRequest {
  readonly kind: 'change' | 'sync' | 'syncDirectory' | 'read' | 'list' | 'failed';
  readonly file: string;
  readonly token: DiskToken;
  readonly sync: SyncMark | null;
  readonly mark: number;
  readonly bytes: Uint8Array | null;
  readonly files: readonly string[] | null;
  readonly error: DiskError | null;
}

/** The key under which requests for the directory queue up. */
const DIRECTORY = '';

/** The event that answers a completed request; undefined where success is not said. Makes a sync's effect true. */
export function complete(host: Host, request: DiskRequest): Event | undefined {
  const { token, file } = request;
  if (request.kind === 'failed') return { kind: 'diskFailed', token, error: request.error ?? 'EIO', file };
  if (request.sync !== null) diskOf(host).settle(request.sync);
  else if (request.kind === 'syncDirectory') diskOf(host).settleDirectory(request.mark);
  if (token === 0) return undefined;
  if (request.bytes !== null) return { kind: 'diskRead', token, bytes: request.bytes };
  if (request.files !== null) return { kind: 'diskListed', token, files: request.files };
  return { kind: 'diskDone', token };
}

/** All disks of a world, as their processes ask of them. */
export class Device {
  readonly core: Core;

  constructor(core: Core) {
    this.core = core;
  }

  /** Syncs of this world are a lie: see `BrokenAssumptions`. */
  private get isLying(): boolean {
    return this.core.settings.broken?.lyingSync === true;
  }

  append(host: Host, file: string, bytes: Uint8Array, token: DiskToken): void {
    const disk = diskOf(host);
    const error = this.errorOf(host, 'append') ?? this.fullness(host);
    disk.append(file, error === undefined ? bytes : partOf(host, bytes));
    this.changed(host, file, token, error);
  }

  write(host: Host, file: string, offset: number, bytes: Uint8Array, token: DiskToken): void {
    const disk = diskOf(host);
    const isLonger = offset + bytes.length > (disk.files.get(file)?.size ?? 0);
    const error = this.errorOf(host, 'write') ?? (isLonger ? this.fullness(host) : undefined);
    disk.write(file, offset, error === undefined ? bytes : partOf(host, bytes));
    this.changed(host, file, token, error);
  }

  sync(host: Host, file: string, token: DiskToken): void {
    const armed = this.armed(host, 'sync');
    const lies = this.isLying || armed === 'lie';
    const error = armed === 'lie' ? undefined : armed;
    const sync = diskOf(host).sync(file);
    if (error !== undefined && host.diskLuck !== null) diskOf(host).forget(file, host.diskLuck);
    if (sync === undefined || error !== undefined) this.fail(host, file, token, error ?? 'ENOENT');
    else if (lies) this.submit(host, request('change', file, token), this.core.settings.disk.sync);
    else this.submit(host, { ...request('sync', file, token), sync }, this.core.settings.disk.sync);
  }

  syncDirectory(host: Host, token: DiskToken): void {
    const error = this.errorOf(host, 'syncDirectory');
    if (error !== undefined) return this.fail(host, DIRECTORY, token, error);
    const mark = diskOf(host).syncDirectory();
    if (this.isLying) this.submit(host, request('change', DIRECTORY, token), this.core.settings.disk.sync);
    else this.submit(host, { ...request('syncDirectory', DIRECTORY, token), mark }, this.core.settings.disk.sync);
  }

  read(host: Host, file: string, token: DiskToken): void {
    const error = this.errorOf(host, 'read');
    const bytes = diskOf(host).read(file);
    if (host.impairedBy !== null && isRotten(host, file)) this.core.counters.touched(host.impairedBy);
    if (bytes === undefined || error !== undefined) this.fail(host, file, token, error ?? 'ENOENT');
    else this.submit(host, { ...request('read', file, token), bytes }, this.core.settings.disk.access);
  }

  list(host: Host, token: DiskToken): void {
    const failed = this.errorOf(host, 'list');
    if (failed !== undefined) return this.fail(host, DIRECTORY, token, failed);
    this.submit(host, { ...request('list', DIRECTORY, token), files: diskOf(host).list() }, this.core.settings.disk.access);
  }

  rename(host: Host, from: string, to: string, token: DiskToken): void {
    const error = this.errorOf(host, 'rename') ?? diskOf(host).rename(from, to);
    const busy = host.diskBusyUntilUs.get(from);
    if (busy !== undefined) host.diskBusyUntilUs.set(to, Math.max(busy, host.diskBusyUntilUs.get(to) ?? 0));
    this.changed(host, error === undefined ? to : from, token, error);
  }

  remove(host: Host, file: string, token: DiskToken): void {
    this.changed(host, file, token, this.errorOf(host, 'remove') ?? diskOf(host).remove(file));
  }

  truncate(host: Host, file: string, size: number, token: DiskToken): void {
    this.changed(host, file, token, this.errorOf(host, 'truncate') ?? diskOf(host).truncate(file, size));
  }

  /** The error that this call meets, if it was to meet one. */
  private errorOf(host: Host, call: Exclude<DiskCall, 'sync'>): DiskError | undefined {
    const armed = this.armed(host, call);
    return armed === 'lie' ? undefined : armed;
  }

  private armed(host: Host, call: DiskCall): DiskError | 'lie' | undefined {
    if (host.diskErrors.length === 0) return undefined;
    const armed = host.diskErrors.find((one) => one.call === call);
    if (armed === undefined) return undefined;
    armed.times--;
    if (armed.times === 0) host.diskErrors = host.diskErrors.filter((one) => one !== armed);
    this.core.counters.touched(armed.fault);
    return armed.error;
  }

  private fullness(host: Host): DiskError | undefined {
    if (host.diskFull === null) return undefined;
    this.core.counters.touched(host.diskFull);
    return 'ENOSPC';
  }

  private changed(host: Host, file: string, token: DiskToken, error: DiskError | undefined): void {
    if (error !== undefined) this.fail(host, file, token, error);
    else if (token !== 0) this.submit(host, request('change', file, token), this.core.settings.disk.access);
  }

  private fail(host: Host, file: string, token: DiskToken, error: DiskError): void {
    this.submit(host, { ...request('failed', file, token), error }, this.core.settings.disk.access);
  }

  private submit(host: Host, made: DiskRequest, latency: Latency): void {
    const luck = host.diskLuck;
    invariant(luck !== null, 'this process has no disk');
    const { schedule, counters } = this.core;
    let delay = drawLatency(luck, latency, 'diskLatency');
    if (latency === this.core.settings.disk.sync && host.slowSync !== null) {
      delay = Math.min(delay * host.syncFactor, Math.max(0, host.slowUntilUs - schedule.nowUs) + delay);
      counters.touched(host.slowSync);
    }
    const done = Math.max(schedule.nowUs + delay, host.diskBusyUntilUs.get(made.file) ?? 0);
    host.diskBusyUntilUs.set(made.file, done);
    const entry = schedule.add(done, Due.disk);
    entry.host = host;
    entry.request = made;
    entry.number = host.life;
  }
}

/** A write that fails may have written its beginning. */
function partOf(host: Host, bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, host.diskLuck?.below(bytes.length + 1, 'partialWrite') ?? 0);
}

function isRotten(host: Host, file: string): boolean {
  return (diskOf(host).files.get(file)?.rotten ?? null) !== null;
}

function diskOf(host: Host): SimulatedDisk {
  invariant(host.disk !== null, 'this process has no disk');
  return host.disk;
}

function request(kind: DiskRequest['kind'], file: string, token: DiskToken): DiskRequest {
  return { kind, file, token, sync: null, mark: 0, bytes: null, files: null, error: null };
}
