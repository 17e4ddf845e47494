/**
 * How long a snapshot takes and what it costs whoever is being served meanwhile, and how long it takes to start from it. The
 * storage, the tree and the codecs are the ones that servers use; between two answers of the disk a batch of writes is logged and
 * applied, as it would be with many clients. Starting happens in a process of its own, so that the peak of its memory is its own.
 */
import { spawnSync } from 'node:child_process';
import { statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { temporaryFolder } from '../host/temporary-folder.ts';
import { youngGeneration } from '../host/young-generation.ts';
import { DEFAULT_CONFIG, storageSettings } from '../server/config.ts';
import { Database } from '../server/database.ts';
import type { StorageOutcome } from '../storage/outcome.ts';
import { Storage } from '../storage/storage.ts';
import { DataTree } from '../tree/data-tree.ts';
import { encodeTxn } from '../wire/transaction-codec.ts';
import { atMost, known, processorMs } from './bars.ts';
import type { Measurement } from './bars.ts';
import { BenchDisk } from './disk.ts';
import { change, Feed, plant, treePaths, Turns } from './tree.ts';

const PAUSE_BAR_MS = 20;
const WRITES_PER_TURN = 20;
/** Turns before the snapshot: how long they are without one. */
const QUIET_TURNS = 5000;
const SETTINGS = storageSettings({ ...DEFAULT_CONFIG, id: 1, members: [] }, new DataTree().image([]));

/** What `--recover` says of a directory. */
export interface RecoveryReport {
  readonly nodes: number;
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly peakBytes: number;
}

/**
 * So many turns, and the longest of them; `answerMs`: of their parts that are the disk's, a piece of the snapshot at most. How
 * long others wait for a turn is bounded twice: by the time on the wall, in which this process may not have run for all of it,
 * and by its processor time, in which the collector's helpers count that ran beside it. `turnMs` is the lesser of the two.
 */
interface Turning {
  readonly count: number;
  readonly turnMs: number;
  readonly wallMs: number;
  readonly processorMs: number;
  readonly answerMs: number;
}

/** A server's loop: every turn some writes, and one answer of the disk if there is any. */
class Loop {
  readonly feed: Feed = new Feed();
  readonly storage: Storage = new Storage(SETTINGS);
  private readonly disk: BenchDisk;
  private readonly turns = new Turns();

  constructor(directory: string) {
    this.disk = new BenchDisk(directory);
    this.storage.recover(this.disk);
    while (this.answer() !== undefined);
  }

  /** The longest of so many turns; or, without a number, of all until the snapshot that is being written is there. */
  run(paths: readonly string[], turns: number | null): Turning {
    const longest = { count: 0, turnMs: 0, wallMs: 0, processorMs: 0, answerMs: 0 };
    for (let isOver = false; !isOver; ) {
      const bodies = Array.from({ length: WRITES_PER_TURN }, () => change(this.turns.of(paths)));
      const [began, beganProcessor] = [performance.now(), processorMs()];
      for (const body of bodies) this.write(body);
      this.storage.sync(this.disk);
      const [beganAnswer, beganAnswerProcessor] = [performance.now(), processorMs()];
      const outcome = this.answer();
      const [ended, endedProcessor] = [performance.now(), processorMs()];
      const [wallMs, ownMs] = [ended - began, endedProcessor - beganProcessor];
      longest.turnMs = Math.max(longest.turnMs, Math.min(wallMs, ownMs));
      longest.wallMs = Math.max(longest.wallMs, wallMs);
      longest.processorMs = Math.max(longest.processorMs, ownMs);
      longest.answerMs = Math.max(longest.answerMs, Math.min(ended - beganAnswer, endedProcessor - beganAnswerProcessor));
      longest.count++;
      isOver = turns === null ? outcome?.kind === 'snapshotWritten' : longest.count >= turns;
    }
    return longest;
  }

  /** The image and the first piece of the file; how long that took. */
  beginSnapshot(): number {
    const began = processorMs();
    this.storage.writeSnapshot(this.feed.tree.image([]), this.disk);
    return processorMs() - began;
  }

  write(body: ReturnType<typeof change>): void {
    const header = this.feed.apply(body);
    this.storage.append(encodeTxn(header, body, this.feed.tree.digest), this.disk);
  }

  private answer(): StorageOutcome | null | undefined {
    const event = this.disk.next();
    return event === undefined ? undefined : this.storage.handle(event, this.disk);
  }
}

/** A snapshot of `nodes` under load, then a start from it. */
export function benchSnapshot(nodes: number): Measurement[] {
  const section = `snapshot of ${nodes.toLocaleString('en-US')}`;
  const { path: directory, remove } = temporaryFolder('vivarium-bench-');
  const young = youngGeneration();
  try {
    const loop = new Loop(directory);
    plant(loop.feed, nodes, young);
    const { leaves } = treePaths(nodes);
    const quiet = loop.run(leaves, QUIET_TURNS);
    const [began, beganProcessor] = [performance.now(), processorMs()];
    const beginMs = loop.beginSnapshot();
    const busy = loop.run(leaves, null);
    const seconds = (performance.now() - began) / 1000;
    const processorSeconds = (processorMs() - beganProcessor) / 1000;
    return [
      known(section, `time, with ${WRITES_PER_TURN * busy.count} writes meanwhile`, seconds, 's'),
      known(section, 'processor time, with those', processorSeconds, 's'),
      known(section, 'size of the file', snapshotSize(directory) / 1e6, 'MB'),
      atMost(section, 'taking the image and beginning', beginMs, 'ms', PAUSE_BAR_MS),
      atMost(section, `longest turn meanwhile, with ${WRITES_PER_TURN} writes in it`, busy.turnMs, 'ms', PAUSE_BAR_MS),
      known(section, 'the same on the wall, whoever ran', busy.wallMs, 'ms'),
      known(section, 'the same in processor time, helpers and all', busy.processorMs, 'ms'),
      known(section, 'longest piece of the snapshot', busy.answerMs, 'ms'),
      known(section, `longest of ${QUIET_TURNS} turns before it`, quiet.turnMs, 'ms'),
      ...benchRecovery(nodes, directory),
    ];
  } finally {
    young.letGrow();
    remove();
  }
}

function snapshotSize(directory: string): number {
  const name = readdirSync(directory).findLast((file) => file.startsWith('snapshot.') && file !== 'snapshot.0');
  return name === undefined ? 0 : statSync(join(directory, name)).size;
}

function benchRecovery(nodes: number, directory: string): Measurement[] {
  const section = `recovery of ${nodes.toLocaleString('en-US')}`;
  // The same program: its file, and what stands before the name of the command.
  const program = process.argv.slice(1, process.argv.indexOf('bench', 2));
  const argv = [...process.execArgv, ...program, 'bench', '--recover', directory, '--json'];
  const { stdout, stderr, status } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`recovery failed: ${stderr}`);
  const report = recoveryReport(JSON.parse(stdout));
  if (report.nodes < nodes) throw new Error(`recovery found ${report.nodes} nodes`);
  return [
    known(section, 'time', report.seconds, 's'),
    known(section, 'processor time', report.processorSeconds, 's'),
    known(section, 'peak memory of the process', report.peakBytes / 1e6, 'MB'),
  ];
}

function recoveryReport(parsed: unknown): RecoveryReport {
  const fields = new Map<string, unknown>(typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : []);
  const of = (name: string): number => Number(fields.get(name));
  return { nodes: of('nodes'), seconds: of('seconds'), processorSeconds: of('processorSeconds'), peakBytes: of('peakBytes') };
}

/** Starts from a data directory, as a server does, and says what that took. */
export function recover(directory: string): RecoveryReport {
  const [began, beganProcessor] = [performance.now(), processorMs()];
  const storage = new Storage(SETTINGS);
  const disk = new BenchDisk(directory);
  const database = new Database(DEFAULT_CONFIG.commitLogCount);
  storage.recover(disk);
  for (let event = disk.next(); event !== undefined; event = disk.next()) {
    const outcome = storage.handle(event, disk);
    if (outcome?.kind === 'recovered') database.load(outcome.image, outcome.txns);
    else if (outcome?.kind === 'unrecoverable' || outcome?.kind === 'refused') throw new Error(outcome.reason);
  }
  return {
    nodes: database.tree.nodeCount,
    seconds: (performance.now() - began) / 1000,
    processorSeconds: (processorMs() - beganProcessor) / 1000,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}
