/**
 * What a run did, as a set of words: which rare situations it reached, which faults had an effect, how servers were synchronized,
 * how requests ended; each with the magnitude of its count. A word that no run had before is news: by it a campaign knows whether
 * it still learns anything, and which plans are worth changing further.
 */
import type { RunResult } from '../run/run.ts';

/** The words of one run. */
export function featuresOf(result: RunResult): string[] {
  const features: string[] = [];
  const count = (name: string, times: number): void => {
    if (times > 0) features.push(`${name} ${Math.floor(Math.log2(times))}`);
  };
  const { counts } = result;
  count('elections', counts.elections);
  for (const [group, list] of [
    ['sync', counts.syncs], ['result', counts.errors], ['session', counts.sessions], ['server', counts.servers],
    ['situation', result.situations],
  ] as const) {
    for (const [name, times] of list) count(`${group} ${name}`, times);
  }
  for (const { name, effective } of result.faults) count(`fault ${name}`, effective);
  for (const { property, exempted } of result.properties) {
    for (const [name, times] of exempted) count(`exempted ${property} ${name}`, times);
  }
  if (result.finding !== null) features.push(`violated ${result.finding.property}`);
  return features;
}

/** What has been seen so far. */
export class Novelty {
  private readonly seen: Set<string> = new Set();
  private runs = 0;
  private lastNews = 0;

  /** Takes a run; how many of its words were new. */
  see(result: RunResult): number {
    this.runs++;
    let news = 0;
    for (const feature of featuresOf(result)) {
      if (this.seen.has(feature)) continue;
      this.seen.add(feature);
      news++;
    }
    if (news > 0) this.lastNews = this.runs;
    return news;
  }

  get features(): number {
    return this.seen.size;
  }

  /** How many runs in a row have brought nothing new. */
  get quietRuns(): number {
    return this.runs - this.lastNews;
  }
}
