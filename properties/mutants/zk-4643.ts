/**
 * A learner adopts the epoch before the history that it comes with: crashed in between, it holds the newest epoch on an
 * old history, wins an election, and has the others cut off what is committed.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const zk4643: Mutant = {
  id: 'zk-4643',
  title: 'currentEpoch is durable before the history of the epoch',
  source: 'ZOOKEEPER-4643',
  tier: 3,
  breaks: ['no-lost-committed', 'leader-completeness', 'epoch-discipline', 'exact-recovery'],
  scenarios: ['power', 'churn', 'sync'],
  edits: [
    {
      file: 'src/zab/learner.ts',
      find: '  private onNewLeader(host: ZabHost, io: Io): void {',
      replace: `  private onNewLeader(host: ZabHost, io: Io): void {
    if (host.currentEpoch !== this.epoch) {
      this.waiting = 'epochFirst';
      host.writeEpoch('currentEpoch', this.epoch, io);
      return;
    }`,
    },
    {
      file: 'src/zab/learner.ts',
      find: "    if (this.waiting === 'acceptedEpoch') {",
      replace: `    if (this.waiting === 'epochFirst') {
      this.waiting = 'nothing';
      this.onNewLeader(host, io);
    } else if (this.waiting === 'acceptedEpoch') {`,
    },
  ],
};
