/**
 * Makes a snapshot the whole durable state of a server that does not run (ZooKeeperServer.restoreFromSnapshot). ZooKeeper puts
 * the old tree under the old zxids, so that servers with different pasts may agree on their numbers; here what is restored
 * begins an epoch of its own, which nobody has led: no log leads there and no log leads on from another, so whoever has another
 * past gets this one whole. Nothing is half done after a crash: see src/storage/installation.ts.
 */
import { invariant } from '../base/invariant.ts';
import { epochOf, makeZxid } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Layout } from '../host/layout.ts';
import { Machine } from '../host/machine.ts';
import type { Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { Process } from '../io/process.ts';
import { storageSettings } from '../server/config.ts';
import type { ServerConfig } from '../server/config.ts';
import { Database } from '../server/database.ts';
import { Storage } from '../storage/storage.ts';
import { DataTree } from '../tree/data-tree.ts';
import { CONFIG_PATH } from '../tree/path.ts';
import type { SnapshotImage, SnapshotNode } from '../wire/transactions.ts';

/** Why a snapshot cannot be restored, or was not; the message is a sentence. */
export class RestoreError extends Error {
  override readonly name = 'RestoreError';
}

/**
 * What is to be restored of `image`: its nodes and sessions, at the beginning of `epoch`; but the ensemble's members stay those
 * that `current` has. Throws `RestoreError` where the image is not what its digest says.
 */
export function restorable(image: SnapshotImage, current: Database, epoch: number): SnapshotImage {
  const own = [...current.image().nodes].find(({ path }) => path === CONFIG_PATH);
  const found = DataTree.fromImage(image).digest;
  if (image.digest !== null && (found.high !== image.digest.high || found.low !== image.digest.low)) {
    throw new RestoreError('the snapshot is not what its digest says: take another one');
  }
  const nodes = [...image.nodes].map((node): SnapshotNode => {
    return node.path === CONFIG_PATH && own !== undefined ? { ...node, data: own.data, stat: own.stat } : node;
  });
  const restored = new Database(0);
  restored.load({ ...image, zxid: makeZxid(epoch, 1), nodes, digest: null }, []);
  return restored.image();
}

/** An epoch that neither the server nor whoever wrote the image knows of. */
export function epochAfter(image: SnapshotImage, { acceptedEpoch, currentEpoch, lastLogged }: {
  readonly acceptedEpoch: number; readonly currentEpoch: number; readonly lastLogged: Zxid;
}): number {
  return Math.max(acceptedEpoch, currentEpoch, epochOf(lastLogged), epochOf(image.zxid)) + 1;
}

/** Resolves when it is durable; rejects with a `RestoreError` where the disk would not have it. */
export async function installOnDisk(config: ServerConfig, layout: Layout, image: SnapshotImage): Promise<void> {
  const process = new Installer(config, image);
  const machine = await new Promise<Machine>((resolve, reject) => {
    const installing: Machine = new Machine({
      self: config.id,
      process,
      network: { locate: () => undefined },
      disk: { layout },
      onTurn: () => {
        if (process.isDone) resolve(installing);
      },
      onStop: (stop) => {
        reject(new RestoreError(stop.kind === 'halt' ? stop.reason : String(stop.error)));
      },
    });
    installing.start();
  });
  await machine.stop();
}

/** Reads what is there, replaces it, and begins the epoch. */
class Installer implements Process {
  readonly storage: Storage;
  readonly image: SnapshotImage;
  epochsLeft = 2;

  constructor(config: ServerConfig, image: SnapshotImage) {
    this.storage = new Storage(storageSettings(config, new Database(0).image()));
    this.image = image;
  }

  get isDone(): boolean {
    return this.epochsLeft === 0;
  }

  handle(event: Event, io: Io): void {
    if (event.kind === 'start') {
      this.storage.recover(io);
      return;
    }
    const isOfDisk = event.kind === 'diskDone' || event.kind === 'diskRead' || event.kind === 'diskListed'
      || event.kind === 'diskFailed';
    invariant(isOfDisk, 'an installation has nothing but a disk');
    const outcome = this.storage.handle(event, io);
    switch (outcome?.kind) {
      case 'recovered':
      case 'refused':
        this.storage.installSnapshot(this.image, io);
        return;
      case 'snapshotInstalled':
        this.storage.writeEpoch('acceptedEpoch', epochOf(this.image.zxid), io);
        this.storage.writeEpoch('currentEpoch', epochOf(this.image.zxid), io);
        return;
      case 'epochWritten':
        this.epochsLeft -= 1;
        return;
      case 'unrecoverable':
      case 'failed':
        return io.halt(outcome.reason);
      default:
    }
  }
}
