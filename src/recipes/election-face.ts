/**
 * Leader election: candidates stand in line and the first one leads until it resigns or its session ends (ZooKeeper's
 * LeaderElectionSupport, Curator's LeaderLatch). As with a lock, a leader that has lost its session may not know it yet; its
 * `term` is what others should check.
 */
import type { Data } from '../client/operations.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import type { Bytes } from '../wire/words.ts';
import { everybodyAhead, Line } from './line-face.ts';
import { childOf, type OwnNode, retrying, tolerating } from './retry-face.ts';

/** The time in office of one leader. */
export interface Leadership {
  /** Greater than that of every leader before. */
  readonly term: number;
  /** Lets the next candidate lead. */
  readonly resign: () => Promise<void>;
}

/** See the head of the file. */
export class Election {
  private readonly line: Line;

  constructor(zk: ZooKeeper, path: string) {
    this.line = new Line(zk, path);
  }

  /** Stands as a candidate and resolves once elected. `data` says who it is; SESSIONEXPIRED when the session ended meanwhile. */
  async elected(data: Data = null): Promise<Leadership> {
    const place: OwnNode = await this.line.join('candidate', data);
    try {
      await this.line.wait(place, everybodyAhead);
    } catch (error) {
      await this.line.leave(place);
      throw error;
    }
    return { term: place.zxid, resign: () => this.line.leave(place) };
  }

  /** What the present leader said of itself, or null where there is no candidate. */
  async leader(): Promise<{ readonly data: Bytes | null; readonly term: number } | null> {
    const { zk, path } = this.line;
    for (;;) {
      const [first] = await this.line.names();
      if (first === undefined) return null;
      const node = await tolerating('NONODE', retrying(zk, () => zk.get(childOf(path, first))));
      if (node !== undefined) return { data: node.data, term: node.stat.czxid };
    }
  }
}
