/**
 * Many readers or one writer, in the order of asking: a reader waits for the writers ahead of it, a writer for everybody
 * (ZooKeeper's shared locks; Curator's InterProcessReadWriteLock).
 */
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import type { Blocker } from './line-face.ts';
import { Lock } from './lock-face.ts';

class ReadLock extends Lock {
  protected override readonly kind: string = 'read';

  protected override blocker(): Blocker {
    return (ahead) => ahead.findLast((name) => /-write-[-\d]+$/.test(name));
  }
}

class WriteLock extends Lock {
  protected override readonly kind: string = 'write';
}

/** See the head of the file. Each half is a `Lock`. */
export class ReadWriteLock {
  readonly read: Lock;
  readonly write: Lock;

  constructor(zk: ZooKeeper, path: string) {
    this.read = new ReadLock(zk, path);
    this.write = new WriteLock(zk, path);
  }
}
