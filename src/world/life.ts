/**
 * The beginning and the end of a process's life, as far as its place in the world is concerned: what a place is made of, what
 * a death takes from it, and what becomes of its disk.
 */
import { DriftingClock } from './clock.ts';
import type { Core } from './core.ts';
import { noLosses } from './disk-crash.ts';
import { SimulatedDisk } from './disk.ts';
import { Due } from './heap.ts';
import { Host, type NodeSpec } from './host.ts';

/** A place for a process, with its clock and disk; its first start is scheduled. */
export function makeHost(core: Core, spec: NodeSpec): Host {
  const { clock, startStaggerMs } = core.settings;
  const clockLuck = core.stream(`clock/${spec.node}`);
  const ppm = clockLuck.below(2 * clock.driftPpmMax + 1, 'drift');
  const skewMs = clockLuck.below(2 * clock.wallSkewMs + 1, 'wallSkew');
  const startUs = clockLuck.below(1_000_000_000, 'clockStart');
  const own = new DriftingClock(startUs, signed(ppm), clock.wallEpochMs - Math.floor(startUs / 1000) + signed(skewMs));
  const disk = spec.disk ? new SimulatedDisk() : null;
  const diskLuck = spec.disk ? core.stream(`disk/${spec.node}`) : null;
  const host = new Host(spec, own, disk, core.stream(`process/${spec.node}`), clockLuck, diskLuck);
  const entry = core.schedule.add(host.luck.below(startStaggerMs + 1, 'start') * 1000, Due.start);
  entry.host = host;
  entry.number = host.life;
  return host;
}

/** The process is gone, and with it all that was only in memory. Its connections are the network's business. */
export function endLife(host: Host): void {
  for (const slot of host.timers.values()) {
    slot.armed = false;
    slot.queuedNumber++;
  }
  host.timers = new Map();
  host.process = null;
  host.life++;
  host.role = '';
  host.pausedBy = null;
  host.waiting = [];
  host.armedCrash = null;
  host.diskBusyUntilUs = new Map();
}

/** What a death makes of the disk: a process that stops itself leaves it in order, a crash takes what was not durable. */
export function crashDisk(core: Core, host: Host, cause: 'fault' | 'power' | 'halt' | 'invariant'): void {
  const { disk, diskLuck } = host;
  if (disk === null || diskLuck === null) return;
  if (cause === 'halt' || cause === 'invariant') {
    disk.flush();
    return;
  }
  if (cause === 'fault' && diskLuck.chance(core.settings.disk.cacheSurvivesPercent, 100, 'cacheSurvives')) return;
  const losses = noLosses();
  disk.crash(diskLuck, losses);
  core.counters.crashLosses(losses);
}

/** Zigzag: 0, 1, −1, 2, −2, ... so that a draw of zero is no deviation. */
function signed(drawn: number): number {
  return drawn % 2 === 1 ? (drawn + 1) / 2 : -drawn / 2;
}
