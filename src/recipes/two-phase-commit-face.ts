/**
 * Two-phase commit: sites vote on a transaction, and one decision is written, once, for all to read (ZooKeeper's recipe).
 * Commit needs every vote for it; anybody may decide, a coordinator is not needed for that, so none can block the others by
 * dying. A site that is waited for in vain is overruled by `abort`.
 */
import { isZooKeeperError } from '../client/errors.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import { decodeText } from '../wire/utf8.ts';
import { childOf, ensurePath, nextChange, retrying, tolerating } from './retry-face.ts';

/** What a site votes, and what is decided. */
export type Decision = 'commit' | 'abort';

/** See the head of the file. */
export class TwoPhaseCommit {
  private readonly zk: ZooKeeper;
  private readonly path: string;
  private readonly votesPath: string;
  private readonly decisionPath: string;
  private readonly sites: readonly string[];

  /** All sites name the same path and the same sites. */
  constructor(zk: ZooKeeper, path: string, sites: readonly string[]) {
    this.zk = zk;
    this.path = path;
    this.votesPath = childOf(path, 'votes');
    this.decisionPath = childOf(path, 'decision');
    this.sites = sites;
  }

  /** Votes for a site, once: a second vote is not heard. */
  async vote(site: string, decision: Decision): Promise<void> {
    await ensurePath(this.zk, this.votesPath);
    const path = `${this.votesPath}/${site}`;
    await tolerating('NODEEXISTS', retrying(this.zk, () => this.zk.create(path, decision)));
  }

  /** Decides to abort, unless it is decided already; the decision. */
  async abort(): Promise<Decision> {
    await ensurePath(this.zk, this.path);
    return this.decide('abort');
  }

  /** Resolves with the decision, which all sites will see, once there is one. */
  async decision(): Promise<Decision> {
    await ensurePath(this.zk, this.votesPath);
    for (;;) {
      const change = nextChange();
      const decided = await this.read(this.decisionPath);
      if (decided !== undefined) return decided;
      // The decision is a child of the path, the votes are children of `votes`: either may come first.
      await retrying(this.zk, () => this.zk.exists(this.decisionPath, { watch: change.watch }));
      await retrying(this.zk, () => this.zk.children(this.votesPath, { watch: change.watch }));
      const votes = await this.votes();
      if (votes.includes('abort')) return this.decide('abort');
      if (votes.length === this.sites.length) return this.decide('commit');
      await change.happened;
    }
  }

  private async votes(): Promise<Decision[]> {
    const votes: Decision[] = [];
    for (const site of this.sites) {
      const vote = await this.read(`${this.votesPath}/${site}`);
      if (vote !== undefined) votes.push(vote);
    }
    return votes;
  }

  /** The first to write it decides. */
  private async decide(decision: Decision): Promise<Decision> {
    try {
      await retrying(this.zk, () => this.zk.create(this.decisionPath, decision));
      return decision;
    } catch (error) {
      if (!isZooKeeperError(error, 'NODEEXISTS')) throw error;
    }
    await retrying(this.zk, () => this.zk.sync(this.path));
    return (await this.read(this.decisionPath)) ?? decision;
  }

  private async read(path: string): Promise<Decision | undefined> {
    const node = await tolerating('NONODE', retrying(this.zk, () => this.zk.get(path)));
    if (node === undefined || node.data === null) return undefined;
    return decodeText(node.data) === 'commit' ? 'commit' : 'abort';
  }
}
