/**
 * The metrics of one real server under ZooKeeper's names: counted from the facts that it states and from what the machine
 * measures, never by the server itself. Shown by `mntr` and the admin commands, and to Prometheus through prom-client.
 */
import type { Gauge, Registry, Summary } from 'prom-client';
import type { Fact } from '../io/fact.ts';
import type { Digest } from '../wire/transactions.ts';
import { COUNTERS, DETAILED_SUMMARIES, SUMMARIES } from '../server/metric-names.ts';
import { decimal } from '../server/monitoring.ts';
import type { DigestView, SizesView } from '../server/monitoring.ts';

/** The newest so many values tell the percentiles. */
const SAMPLES = 1024;
/** Digests are kept of one transaction in so many, and so many of those. */
const DIGEST_INTERVAL = 128;
const DIGESTS = 1024;
const PERCENTILES = [['p50', 0.5], ['p95', 0.95], ['p99', 0.99], ['p999', 0.999]] as const;

/** What only a leader has something to say about. */
const LEADER_GAUGES = [
  'learners', 'synced_followers', 'synced_non_voting_followers', 'synced_observers', 'pending_syncs', 'leader_uptime',
  'last_proposal_size', 'min_proposal_size', 'max_proposal_size', 'quorum_size',
];

/** Numbers of one kind. */
class Series {
  count = 0;
  sum = 0;
  min = 0;
  max = 0;
  private readonly samples: number[] = [];

  add(value: number): void {
    this.min = this.count === 0 ? value : Math.min(this.min, value);
    this.max = Math.max(this.max, value);
    this.samples[this.count % SAMPLES] = value;
    this.count += 1;
    this.sum += value;
  }

  values(name: string, isDetailed: boolean): (readonly [string, string])[] {
    const average = this.count === 0 ? 0 : this.sum / this.count;
    const basic: (readonly [string, string])[] = [
      [`avg_${name}`, decimal(average)], [`min_${name}`, whole(this.min)], [`max_${name}`, whole(this.max)],
      [`cnt_${name}`, String(this.count)], [`sum_${name}`, whole(this.sum)],
    ];
    if (!isDetailed) return basic;
    const sorted = [...this.samples].sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return [...basic, ...PERCENTILES.map(([label, share]) => [`${label}_${name}`, whole(at(share))] as const)];
  }
}

/** As ZooKeeper has it: a signed long. */
function signed({ high, low }: Digest): bigint {
  return BigInt.asIntN(64, (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
}

function whole(value: number): string {
  return String(Math.round(value));
}

/** See the head of the file. */
export class ServerMetrics {
  private readonly counters: Map<string, number> = new Map(COUNTERS.map((name) => [name, 0]));
  private readonly series: Map<string, Series> = new Map();
  private readonly summaries: Map<string, Summary> = new Map();
  private proposals: { last: number; min: number; max: number } = { last: -1, min: -1, max: -1 };
  private isExported = false;
  private kept: DigestView[] = [];
  private lookingSinceMs: number | null = null;
  /** Syncs of the log that took longer than `fsync.warningthresholdms`. */
  slowSyncs = 0;
  /** Credentials and certificates that were not believed. */
  authFailures = 0;
  private readonly proposedAtMs: Map<number, number> = new Map();

  constructor() {
    for (const name of [...SUMMARIES, ...DETAILED_SUMMARIES]) this.series.set(name, new Series());
  }

  get proposalSizes(): SizesView {
    return this.proposals;
  }

  get digests(): readonly DigestView[] {
    return this.kept;
  }

  count(name: string, by: number = 1): void {
    this.counters.set(name, (this.counters.get(name) ?? 0) + by);
  }

  add(name: string, value: number): void {
    this.series.get(name)?.add(value);
    this.summaries.get(name)?.observe(value);
  }

  /** Counts from nothing again; not where Prometheus asks, which ZooKeeper's leaves alone too. */
  reset(): void {
    if (this.isExported) return;
    for (const name of this.counters.keys()) this.counters.set(name, 0);
    for (const name of this.series.keys()) this.series.set(name, new Series());
  }

  resetProposalSizes(): void {
    this.proposals = { last: -1, min: -1, max: -1 };
  }

  /** What the server says of itself. */
  onFact(fact: Fact, now: () => number): void {
    switch (fact.kind) {
      case 'electionStarted':
        this.count('looking_count');
        this.lookingSinceMs ??= now();
        return;
      case 'elected':
        if (this.lookingSinceMs !== null) this.add('election_time', now() - this.lookingSinceMs);
        this.lookingSinceMs = null;
        this.resetProposalSizes();
        this.proposedAtMs.clear();
        return;
      case 'syncChosen':
        this.count(fact.mode === 'SNAP' ? 'snap_count' : 'diff_count');
        return;
      case 'proposed':
        this.onProposed(fact.txn.zxid, fact.txn.bytes.length, now());
        return;
      case 'committed':
        this.onCommitted(fact.txn.zxid, now());
        return;
      case 'applied':
        if (fact.txn.zxid % DIGEST_INTERVAL === 0) this.keepDigest({ zxid: fact.txn.zxid, digest: signed(fact.digest) });
        return;
      case 'snapshotInstalled':
        this.kept = [];
        return;
      case 'truncated':
        this.kept = this.kept.filter(({ zxid }) => zxid <= fact.zxid);
        return;
      case 'appended':
        this.count('sync_processor_request_queued');
        return;
      case 'sessionExpiring':
        this.count('stale_sessions_expired');
        return;
      default:
        return;
    }
  }

  /** Every counter and summary, in ZooKeeper's order. */
  values(): (readonly [string, string])[] {
    const values: (readonly [string, string])[] = [...this.counters].map(([name, value]) => [name, String(value)]);
    for (const name of SUMMARIES) values.push(...(this.series.get(name)?.values(name, false) ?? []));
    for (const name of DETAILED_SUMMARIES) values.push(...(this.series.get(name)?.values(name, true) ?? []));
    return values;
  }

  /** Offers everything to Prometheus; `gauges` are asked at each scrape. What that takes is loaded by those alone who want it. */
  async exportTo(gauges: () => readonly (readonly [name: string, value: string])[]): Promise<Registry> {
    this.isExported = true;
    const prometheus = await import('prom-client');
    const registry = new prometheus.Registry();
    for (const name of [...SUMMARIES, ...DETAILED_SUMMARIES]) {
      const options = { name, help: name, percentiles: [0.5, 0.9, 0.99], registers: [registry] };
      this.summaries.set(name, new prometheus.Summary(options));
    }
    const known = new Map<string, Gauge>();
    // One gauge that is asked fills them all: the view behind them is made once a scrape.
    const collect = (): void => {
      for (const gauge of known.values()) gauge.reset();
      for (const [name, value] of gauges()) known.get(name)?.set(Number(value));
    };
    for (const [name, value] of [...LEADER_GAUGES.map((name) => [name, '0'] as const), ...gauges()]) {
      const isOfSeries = this.series.has(name.replace(/^[a-z0-9]+_/, ''));
      if (known.has(name) || isOfSeries || Number.isNaN(Number(value))) continue;
      const options = { name, help: name, registers: [registry] };
      known.set(name, new prometheus.Gauge(known.size === 0 ? { ...options, collect } : options));
    }
    prometheus.collectDefaultMetrics({ register: registry });
    return registry;
  }

  private keepDigest(digest: DigestView): void {
    this.kept.push(digest);
    if (this.kept.length > DIGESTS) this.kept.shift();
  }

  private onProposed(zxid: number, size: number, nowMs: number): void {
    this.count('proposal_count');
    const { min, max } = this.proposals;
    this.proposals = { last: size, min: min < 0 ? size : Math.min(min, size), max: Math.max(max, size) };
    if (this.proposedAtMs.size < SAMPLES) this.proposedAtMs.set(zxid, nowMs);
  }

  private onCommitted(zxid: number, nowMs: number): void {
    this.count('commit_count');
    const sinceMs = this.proposedAtMs.get(zxid);
    if (sinceMs === undefined) return;
    this.proposedAtMs.delete(zxid);
    this.add('quorum_ack_latency', nowMs - sinceMs);
    this.add('proposal_latency', nowMs - sinceMs);
  }
}
