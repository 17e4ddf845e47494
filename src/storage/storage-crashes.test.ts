/**
 * The law of the storage: whatever is asked of it, and wherever a crash falls or a request fails, recovery finds a history that
 * was there, with everything that was said to be durable; or, if the medium lost some of that, it says so. Histories are told
 * apart by what they contain, not only by their zxids.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { present } from '../base/invariant.ts';
import { NO_SESSION } from '../base/session-id.ts';
import { epochOf, makeZxid, nextZxid, ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { encodeTxn } from '../wire/transaction-codec.ts';
import type { SnapshotImage, Txn } from '../wire/transactions.ts';
import type { StatPersisted } from '../wire/words.ts';
import { SeedChooser } from '../world/chooser.ts';
import type { Stream } from '../world/chooser.ts';
import { damageDisk } from '../world/decay.ts';
import { noLosses } from '../world/disk-crash.ts';
import { SimulatedDisk } from '../world/disk.ts';
import type { SyncMark } from '../world/disk.ts';
import { DECAYS } from '../world/fault.ts';
import { FakeIo, SETTINGS } from './fake-io.ts';
import type { StorageOutcome, StorageSettings } from './outcome.ts';
import { Storage } from './storage.ts';

const test = suite('storage under crashes');

/** What the runs must show often; 'served': a log that was read without a gap. */
const SHOWN = [
  'durable', 'truncated', 'snapshotWritten', 'snapshotInstalled', 'epochWritten', 'served', 'recovered', 'refused', 'failed',
];

/** One transaction that happened; `mark` is unique, so that two branches with the same zxid are told apart. */
interface Entry {
  readonly zxid: Zxid;
  readonly mark: number;
}
/** What a crash may leave: a beginning of `entries`, of at least `least` entries. */
interface Possible {
  readonly entries: readonly Entry[];
  readonly least: number;
}

const STAT: StatPersisted = {
  czxid: ZXID_ZERO,
  mzxid: ZXID_ZERO,
  ctime: 0,
  mtime: 0,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: NO_SESSION,
  pzxid: ZXID_ZERO,
};

function txnOf({ zxid, mark }: Entry): Txn {
  return encodeTxn({ clientId: NO_SESSION, cxid: mark, zxid, time: 0 }, { kind: 'error', err: -101 }, null);
}

/** An image that says in its root's data which history it is of. */
function imageOf(entries: readonly Entry[]): SnapshotImage {
  const data = new Uint8Array(new Float64Array(entries.flatMap(({ zxid, mark }) => [zxid, mark])).buffer);
  const root = { path: '', data, aclId: -1, stat: STAT };
  return { zxid: entries.at(-1)?.zxid ?? ZXID_ZERO, sessions: [], acls: [], nodes: [root], digest: null };
}

function marksOf(image: SnapshotImage | null, txns: readonly Txn[]): number[] {
  const data = [...(image?.nodes ?? [])][0]?.data ?? new Uint8Array(0);
  const marks = [...new Float64Array(data.slice().buffer)].filter((_, index) => index % 2 === 1);
  return [...marks, ...txns.map(({ cxid }) => cxid)];
}

function isPossible(marks: readonly number[], { entries, least }: Possible): boolean {
  return marks.length >= least && marks.length <= entries.length && marks.every((mark, index) => mark === entries[index]?.mark);
}

/** A server's storage, what it was told, and what it has promised. */
class Bench {
  readonly luck: Stream;
  readonly disk: SimulatedDisk = new SimulatedDisk();
  io: FakeIo<SyncMark> = new FakeIo<SyncMark>(this.disk);
  storage: Storage;
  entries: Entry[] = [];
  durable = 0;
  marks = 0;
  /** Epochs that this server accepted none of, for leaders that it never heard of. */
  strangers: number[] = [];
  readonly settings: StorageSettings;
  /** What the truncation or installation under way leads to. */
  target: readonly Entry[] | null = null;
  isInstalling = false;
  acceptedEpoch = 0;
  acceptedEpochs: number[] = [];
  /** Between a crash and the end of recovery: what may be found. */
  isRecovering = false;
  possible: Possible[] = [];
  possibleEpochs: number[] = [];
  /** Something on the disk is not what was written there. */
  isRotten = false;
  /** How often each outcome came. */
  readonly seen: Map<string, number> = new Map();

  constructor(luck: Stream) {
    this.luck = luck;
    this.settings = {
      ...SETTINGS,
      snapRetainCount: 1 + luck.below(2, 'snapRetainCount'),
      logSizes: {
        preAllocSize: [0, 100, 4096][luck.below(3, 'preAllocSize')] ?? 0,
        sizeLimit: 300 * luck.below(2, 'sizeLimit'),
        maxBatchSize: 1 + luck.below(3, 'maxBatchSize'),
      },
      emptyImage: imageOf([]),
    };
    this.storage = new Storage(this.settings);
  }

  append(count: number): void {
    for (let i = 0; i < count; i++) {
      const last = this.storage.lastLogged;
      const zxid = epochOf(last) === this.acceptedEpoch ? nextZxid(last) : makeZxid(this.acceptedEpoch, 1);
      const entry = { zxid, mark: ++this.marks };
      this.entries.push(entry);
      this.storage.append(txnOf(entry), this.io);
    }
  }

  writeSnapshot(length: number): void {
    const newest = this.storage.snapshots.at(-1) ?? ZXID_ZERO;
    const image = imageOf(this.entries.slice(0, Math.max(length, 1 + this.entries.findIndex(({ zxid }) => zxid === newest))));
    if (!this.storage.isWritingSnapshot && image.zxid !== ZXID_ZERO) this.storage.writeSnapshot(image, this.io);
  }

  truncate(length: number): void {
    this.target = this.entries.slice(0, length);
    this.storage.truncate(this.target.at(-1)?.zxid ?? ZXID_ZERO, this.io);
  }

  /** The image of a leader who shares `length` entries with this server and has `more` of an epoch that this server has not. */
  install(length: number, more: number): void {
    const target = this.entries.slice(0, length);
    const after = epochOf(target.at(-1)?.zxid ?? ZXID_ZERO);
    const epoch = this.strangers.find((one) => one > after && one < this.acceptedEpoch);
    if (epoch === undefined) return;
    this.strangers.splice(this.strangers.indexOf(epoch), 1);
    for (let i = 0; i < more; i++) target.push({ zxid: makeZxid(epoch, i + 1), mark: ++this.marks });
    if (target.length === 0) return;
    this.target = target;
    this.isInstalling = true;
    this.storage.installSnapshot(imageOf(target), this.io);
  }

  writeEpoch(): void {
    const epoch = 3 + Math.max(this.acceptedEpoch, ...this.acceptedEpochs);
    this.strangers.push(epoch - 2, epoch - 1);
    this.acceptedEpochs.push(epoch);
    this.storage.writeEpoch('acceptedEpoch', epoch, this.io);
  }

  readLog(index: number): void {
    this.storage.readLog(this.entries[index]?.zxid ?? ZXID_ZERO, this.io);
  }

  /** Lets up to `count` completions happen. */
  step(count: number): void {
    for (let i = 0; i < count; i++) {
      const event = this.io.next(this.luck.below(8, 'next'));
      if (event === undefined) return;
      const outcome = this.storage.handle(event, this.io);
      if (outcome !== null) this.take(outcome);
    }
  }

  take(outcome: StorageOutcome): void {
    this.seen.set(outcome.kind, (this.seen.get(outcome.kind) ?? 0) + 1);
    switch (outcome.kind) {
      case 'durable':
        assert.is(outcome.zxid, this.storage.durableZxid);
        this.durable = 1 + this.entries.findIndex(({ zxid }) => zxid === outcome.zxid);
        assert.ok(this.durable > 0, 'durable names a transaction of this history');
        return;
      case 'truncated':
        this.become(outcome.zxid);
        assert.equal(marksOf(outcome.image, outcome.txns), this.entries.map(({ mark }) => mark));
        return;
      case 'truncateRefused':
        if (!this.isRotten && !this.io.hasFailed) {
          const oldest = this.storage.snapshots[0] ?? ZXID_ZERO;
          assert.ok(oldest > outcome.zxid, 'only what a snapshot has replaced cannot be cut to');
        }
        this.target = null;
        return;
      case 'snapshotInstalled':
        this.become(outcome.zxid);
        return;
      case 'epochWritten':
        this.acceptedEpoch = outcome.epoch;
        this.acceptedEpochs.shift();
        return;
      case 'logRead':
        this.checkLogRead(outcome.from, outcome.txns);
        return;
      case 'recovered':
        this.checkRecovered(outcome);
        return;
      case 'snapshotWritten':
        return;
      case 'refused':
        this.replaceRefused(outcome.reason);
        return;
      case 'failed':
      case 'unrecoverable':
        if (!this.io.hasFailed) assert.unreachable(outcome.reason);
        this.crash(this.luck.chance(1, 2, 'machineToo'));
    }
  }

  /** What was durable is gone: a leader has it still. */
  replaceRefused(reason: string): void {
    assert.ok(this.isRotten, reason);
    this.isRecovering = false;
    this.acceptedEpoch = this.storage.acceptedEpoch;
    assert.ok(this.possibleEpochs.includes(this.acceptedEpoch), 'acceptedEpoch outlives what was lost');
    this.entries = [...present(this.possible[0], 'something was possible').entries];
    this.durable = 0;
    if (this.entries.length === 0) this.entries.push({ zxid: makeZxid(this.acceptedEpoch, 1), mark: ++this.marks });
    this.target = this.entries;
    this.isInstalling = true;
    this.storage.installSnapshot(imageOf(this.entries), this.io);
  }

  /** The medium loses something, while nothing is under way; not twice. */
  rot(kind: number): void {
    this.step(1000);
    if (this.isRotten || this.io.pending.length > 0) return;
    this.isRotten = damageDisk(this.disk, DECAYS[kind % DECAYS.length] ?? 'bit', kind > 8 ? 'log.' : '', this.luck) !== '';
  }

  /** The truncation or installation is done. */
  become(zxid: Zxid): void {
    this.entries = [...present(this.target, 'nothing was asked for')];
    this.durable = this.entries.length;
    this.target = null;
    this.isInstalling = false;
    assert.is(zxid, this.storage.lastLogged);
    assert.is(zxid, this.storage.durableZxid);
  }

  checkLogRead(from: Zxid, txns: readonly Txn[] | null): void {
    if (txns === null) return;
    this.seen.set('served', (this.seen.get('served') ?? 0) + 1);
    const at = from === ZXID_ZERO ? 0 : 1 + this.entries.findIndex(({ zxid }) => zxid === from);
    const expected = this.entries.slice(at, at + txns.length).map(({ mark }) => mark);
    assert.equal(txns.map(({ cxid }) => cxid), expected);
  }

  /** A crash, of the machine or of the process alone, and what may be found after it. */
  crash(isPower: boolean): void {
    if (isPower) this.disk.crash(this.luck, noLosses());
    if (!this.isRecovering) this.limit();
    this.io = new FakeIo<SyncMark>(this.disk);
    this.storage = new Storage(this.settings);
    this.isRecovering = true;
    this.storage.recover(this.io);
  }
  /** What may be found, given what was asked and promised. */
  limit(): void {
    const { target } = this;
    const isCutting = target !== null && !this.isInstalling;
    const least = isCutting ? Math.min(this.durable, target.length) : this.durable;
    const possible: Possible[] = [{ entries: this.entries, least }];
    if (target !== null && this.isInstalling) possible.push({ entries: target, least: target.length });
    this.possible = possible;
    this.possibleEpochs = [this.acceptedEpoch, ...this.acceptedEpochs];
    this.target = null;
    this.isInstalling = false;
    this.acceptedEpochs = [];
  }
  checkRecovered(outcome: Extract<StorageOutcome, { kind: 'recovered' }>): void {
    this.isRecovering = false;
    const marks = marksOf(outcome.image, outcome.txns);
    const found = this.possible.find((possible) => isPossible(marks, possible));
    assert.ok(found, `recovered ${marks.join()} instead of ${JSON.stringify(this.possible)}`);
    this.entries = present(found, 'found').entries.slice(0, marks.length);
    this.durable = this.entries.length;
    assert.is(this.storage.lastLogged, this.entries.at(-1)?.zxid ?? ZXID_ZERO);
    assert.ok(!outcome.isEmpty || this.entries.length === 0);
    assert.ok(this.possibleEpochs.includes(outcome.acceptedEpoch), 'acceptedEpoch is one that was written');
    this.acceptedEpoch = outcome.acceptedEpoch;
  }

  get isReady(): boolean {
    return this.target === null && this.storage.task === null;
  }
}

type Request = 'append' | 'sync' | 'snapshot' | 'truncate' | 'install' | 'epoch' | 'read';
type Verb = Request | 'step' | 'settle' | 'power' | 'death' | 'rot' | 'fail';

/** One thing that happens; `size` in 0..15 is read as each needs it. */
interface Action {
  readonly verb: Verb;
  readonly size: number;
}

function act(bench: Bench, { verb, size }: Action): void {
  if (verb === 'power' || verb === 'death') return bench.crash(verb === 'power');
  if (verb === 'step') return bench.step(size);
  if (verb === 'settle') return bench.step(1000);
  if (verb === 'rot') return bench.rot(size);
  if (verb === 'fail') {
    bench.io.failsIn = size;
    return;
  }
  if (!bench.isReady) return;
  const part = Math.floor((bench.entries.length * size) / 15);
  switch (verb) {
    case 'append':
      return bench.append(1 + (size % 4));
    case 'sync':
      return bench.storage.sync(bench.io);
    case 'snapshot':
      return bench.writeSnapshot(part);
    case 'truncate':
      return bench.truncate(Math.max(part, bench.entries.length - 6));
    case 'install':
      return bench.install(part, size % 3);
    case 'epoch':
      return bench.writeEpoch();
    case 'read':
      return bench.readLog(part - 1);
  }
}

const verb: fc.Arbitrary<Verb> = fc.oneof(
  { weight: 8, arbitrary: fc.constant('append' as const) },
  { weight: 6, arbitrary: fc.constant('sync' as const) },
  { weight: 10, arbitrary: fc.constant('step' as const) },
  { weight: 4, arbitrary: fc.constantFrom('snapshot' as const, 'settle' as const, 'read' as const) },
  { weight: 4, arbitrary: fc.constantFrom('truncate' as const, 'install' as const, 'epoch' as const, 'epoch' as const) },
  { weight: 3, arbitrary: fc.constantFrom('power' as const, 'death' as const) },
  { weight: 2, arbitrary: fc.constantFrom('rot' as const, 'fail' as const) },
);
const action: fc.Arbitrary<Action> = fc.record({ verb, size: fc.nat(15) });
const actions: fc.Arbitrary<Action[]> = fc.array(action, { minLength: 20, maxLength: 120, size: 'max' });

test('recovery finds a history that was there, with all that was durable', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(actions, fc.nat(1_000_000), (list, seed) => {
      const bench = new Bench(new SeedChooser(`storage-${seed}`).stream('disk/1'));
      bench.crash(false);
      bench.step(1000);
      bench.writeEpoch();
      bench.step(1000);
      for (const one of list) act(bench, one);
      bench.step(1000);
      bench.crash(true);
      bench.io.failsIn = -1;
      bench.step(1000);
      assert.ok(bench.isReady, 'every task comes to its end');
      for (const [kind, count] of bench.seen) seen.set(kind, (seen.get(kind) ?? 0) + count);
    }),
    { seed: 7, numRuns: 600, includeErrorInReport: true },
  );
  for (const kind of SHOWN) {
    assert.ok((seen.get(kind) ?? 0) > 50, `the runs show '${kind}' often`);
  }
});

test.run();
