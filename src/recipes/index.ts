/** The recipes: what people build on ZooKeeper, written on the promise-based client. */
export { Barrier } from './barrier-face.ts';
export { Configuration, type Setting, type SettingChange } from './configuration-face.ts';
export { Counter } from './counter-face.ts';
export { ServiceDiscovery, type ServiceInstance } from './discovery-face.ts';
export { DoubleBarrier } from './double-barrier-face.ts';
export { Election, type Leadership } from './election-face.ts';
export { IdGenerator } from './id-generator-face.ts';
export type { WaitOptions } from './line-face.ts';
export { HeldLock, Lock } from './lock-face.ts';
export { Membership, type Member } from './membership-face.ts';
export { PriorityQueue } from './priority-queue-face.ts';
export { Queue, type QueueItem } from './queue-face.ts';
export { ReadWriteLock } from './read-write-lock-face.ts';
export { commitOnce, ensurePath, retrying } from './retry-face.ts';
export { Semaphore } from './semaphore-face.ts';
export { type Decision, TwoPhaseCommit } from './two-phase-commit-face.ts';
