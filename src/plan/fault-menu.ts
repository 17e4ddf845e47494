/**
 * The menu of faults that a scenario offers, and how a run orders from it: swarm testing. Every seed leaves out a random part of
 * the menu, because a run that does everything at once hides the bugs that need one thing often (Groce et al., ISSTA 2012);
 * rates and lengths are drawn too, and are measured in ticks, since that is the time which the protocol itself counts in.
 */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { DECAYS } from '../world/fault.ts';
import type { DiskCall, Fault, Target } from '../world/fault.ts';
import type { PlannedFault } from './plan.ts';
import { record } from './scenario.ts';
import type { Draw } from './scenario.ts';

/** A dish: its weight against the others, 0 for never. */
export interface FaultWeights {
  readonly crash: number;
  readonly crashLeader: number;
  readonly crashAll: number;
  readonly pause: number;
  readonly isolate: number;
  readonly isolateLeader: number;
  readonly oneWay: number;
  readonly split: number;
  readonly ringOrBridge: number;
  readonly pair: number;
  readonly clientCut: number;
  readonly delay: number;
  readonly reset: number;
  readonly stall: number;
  readonly slowSync: number;
  readonly drift: number;
  readonly diskError: number;
  readonly diskFull: number;
  readonly bitRot: number;
}

/** The default: everything, single crashes and cuts more often than the rest. */
export const EVERY_FAULT: FaultWeights = {
  crash: 6,
  crashLeader: 4,
  crashAll: 2,
  pause: 4,
  isolate: 4,
  isolateLeader: 4,
  oneWay: 3,
  split: 3,
  ringOrBridge: 2,
  pair: 2,
  clientCut: 2,
  delay: 3,
  reset: 5,
  stall: 4,
  slowSync: 3,
  drift: 2,
  diskError: 1,
  diskFull: 1,
  bitRot: 1,
};

/** No fault at all. */
export const NO_FAULT: FaultWeights = {
  crash: 0,
  crashLeader: 0,
  crashAll: 0,
  pause: 0,
  isolate: 0,
  isolateLeader: 0,
  oneWay: 0,
  split: 0,
  ringOrBridge: 0,
  pair: 0,
  clientCut: 0,
  delay: 0,
  reset: 0,
  stall: 0,
  slowSync: 0,
  drift: 0,
  diskError: 0,
  diskFull: 0,
  bitRot: 0,
};

/** How many faults, of what kind, over how long. */
export interface FaultOrder {
  readonly weights: FaultWeights;
  readonly count: readonly [minimum: number, maximum: number];
  /** Of 100 dishes, so many are left out of a run. */
  readonly leaveOutPercent: number;
  /** Of 100 runs, so many have their faults in storms: a crash during the recovery from a crash during ... */
  readonly stormPercent: number;
  readonly hasObservers: boolean;
  readonly tickMs: number;
  readonly safetyMs: number;
}

const DISHES = [
  'crash', 'crashLeader', 'crashAll', 'pause', 'isolate', 'isolateLeader', 'oneWay', 'split', 'ringOrBridge', 'pair', 'clientCut',
  'delay', 'reset', 'stall', 'slowSync', 'drift', 'diskError', 'diskFull', 'bitRot',
] as const;
type Dish = (typeof DISHES)[number];

/** The faults of one run, in order of time. */
export function drawFaults(draw: Draw, order: FaultOrder): PlannedFault[] {
  const dishes = DISHES.filter((dish) => order.weights[dish] > 0 && !draw.percent(`menu/${dish}`, order.leaveOutPercent));
  const count = draw.integer('faults/count', order.count[0], order.count[1]);
  if (dishes.length === 0 || count === 0) return [];
  const fault = fc.oneof(...dishes.map((dish) => ({ weight: order.weights[dish], arbitrary: dishArbitrary(dish, order) })));
  const drawn = draw.of(
    'faults', fc.array(record({ atMs: faultTime(draw, order), fault }), { minLength: count, maxLength: count }),
  );
  return drawn.sort((one, other) => one.atMs - other.atMs);
}

/** The ensemble is left to come up for a tick: the earliest faults fall into its first election. */
function faultTime(draw: Draw, { tickMs, safetyMs, stormPercent }: FaultOrder): Arbitrary<number> {
  const anyTime = fc.integer({ min: Math.min(tickMs, safetyMs), max: safetyMs });
  if (!draw.percent('storms', stormPercent)) return anyTime;
  const centres = draw.of('storms/centres', fc.array(anyTime, { minLength: 1, maxLength: 4 }));
  const inStorm = fc.tuple(fc.constantFrom(...centres), fc.integer({ min: 0, max: 6 * tickMs }));
  return fc.oneof(
    { weight: 4, arbitrary: inStorm.map(([centre, after]) => Math.min(centre + after, safetyMs)) },
    { weight: 1, arbitrary: anyTime },
  );
}

/** A length of time: most are about a tick, some are far longer than a session or a learner is waited for. */
export function duration(tickMs: number): Arbitrary<number> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 5, max: tickMs }) },
    { weight: 4, arbitrary: fc.integer({ min: tickMs, max: 6 * tickMs }) },
    { weight: 2, arbitrary: fc.integer({ min: 6 * tickMs, max: 20 * tickMs }) },
  );
}

/**
 * Of a leader: half of them are long enough for the others to elect another and to commit under it, while it still takes
 * writes.
 */
function absence(tickMs: number): Arbitrary<number> {
  return fc.oneof(duration(tickMs), fc.integer({ min: 6 * tickMs, max: 16 * tickMs }));
}

/** Any server, those of some role more often than there are of them; a role that nobody can have would waste the fault. */
function serverArbitrary(hasObservers: boolean): Arbitrary<Target> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant<Target>({ role: 'any' }) },
    { weight: 3, arbitrary: fc.constant<Target>({ role: 'follower' }) },
    { weight: 2, arbitrary: fc.constant<Target>({ role: 'leader' }) },
    { weight: 1, arbitrary: fc.constant<Target>({ role: hasObservers ? 'observer' : 'looking' }) },
  );
}

const leader: Arbitrary<Target> = fc.constant<Target>({ role: 'leader' });

function dishArbitrary(dish: Dish, { tickMs, hasObservers }: FaultOrder): Arbitrary<Fault> {
  const anyServer = serverArbitrary(hasObservers);
  const anyNode = fc.oneof(
    { weight: 3, arbitrary: anyServer }, { weight: 1, arbitrary: fc.constant<Target>({ role: 'client' }) },
  );
  const forMs = duration(tickMs);
  switch (dish) {
    case 'crash':
      return crash(anyServer, tickMs);
    case 'crashLeader':
      return crash(leader, tickMs);
    case 'crashAll':
      return record({ kind: fc.constant('power'), downMs: downTime(tickMs) });
    case 'pause':
      return record({ kind: fc.constant('pause'), target: anyServer, forMs });
    case 'isolate':
      return record(
        { kind: fc.constant('partition'), shape: fc.constant('isolate'), target: anyServer, clientsToo: fc.boolean(), forMs },
      );
    case 'isolateLeader':
      return record(
        {
          kind: fc.constant('partition'), shape: fc.constant('isolate-leader'), clientsToo: fc.boolean(), forMs: absence(tickMs),
        },
      );
    case 'oneWay':
      return record({
        kind: fc.constant('partition'), shape: fc.constant('isolate'), target: anyServer,
        oneWay: fc.constantFrom('in', 'out'), clientsToo: fc.boolean(), forMs,
      });
    case 'split':
      return record(
        {
          kind: fc.constant('partition'), shape: fc.constantFrom('majority-minority', 'halves'), clientsToo: fc.boolean(), forMs,
        },
      );
    case 'ringOrBridge':
      return record(
        { kind: fc.constant('partition'), shape: fc.constantFrom('ring', 'bridge'), clientsToo: fc.constant(false), forMs },
      );
    case 'pair':
      return record({ kind: fc.constant('partition'), shape: fc.constant('pair'), forMs });
    case 'clientCut':
      return record({ kind: fc.constant('clientCut'), target: anyServer, forMs });
    case 'delay':
      return record({ kind: fc.constant('delay'), forMs, factor: fc.integer({ min: 2, max: 40 }) });
    case 'reset':
      return record({ kind: fc.constant('reset'), target: anyNode });
    case 'stall':
      return record({ kind: fc.constant('stall'), target: anyNode, forMs });
    case 'slowSync':
      return record({ kind: fc.constant('slowSync'), target: anyServer, forMs, factor: fc.integer({ min: 3, max: 100 }) });
    case 'drift':
      return record({ kind: fc.constant('drift'), target: anyNode, ppm: fc.integer({ min: -100_000, max: 100_000 }), forMs });
    case 'diskError':
      return diskError(anyServer);
    case 'diskFull':
      return record({ kind: fc.constant('diskFull'), target: anyServer, forMs });
    case 'bitRot':
      return bitRot(anyServer);
  }
}

/** Half of the crashes fall between two effects of one event: a partial broadcast, an append without its sync. */
function crash(target: Arbitrary<Target>, tickMs: number): Arbitrary<Fault> {
  return fc.oneof(
    record({ kind: fc.constant('crash'), target, downMs: downTime(tickMs) }),
    record({ kind: fc.constant('crash'), target, afterEffects: fc.nat({ max: 6 }), downMs: downTime(tickMs) }),
  );
}

/** Calls that a server makes all the time, and those that it makes seldom. */
function diskError(target: Arbitrary<Target>): Arbitrary<Fault> {
  const call = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<DiskCall>('append', 'write', 'sync') },
    { weight: 2, arbitrary: fc.constantFrom<DiskCall>('read', 'syncDirectory', 'rename', 'remove') },
    { weight: 1, arbitrary: fc.constantFrom<DiskCall>('list', 'truncate') },
  );
  const error = fc.constantFrom('EIO', 'ENOSPC');
  return record({ kind: fc.constant('diskError'), target, call, error, times: fc.integer({ min: 1, max: 4 }) });
}

/** What is read at every start more often than what may never be read again. */
function bitRot(target: Arbitrary<Target>): Arbitrary<Fault> {
  const file = fc.oneof(
    { weight: 4, arbitrary: fc.constant('log.') },
    { weight: 2, arbitrary: fc.constant('snapshot.') },
    { weight: 1, arbitrary: fc.constantFrom('', 'acceptedEpoch', 'currentEpoch') },
  );
  return record({ kind: fc.constant('bitRot'), target, decay: fc.constantFrom(...DECAYS), file });
}

function downTime(tickMs: number): Arbitrary<number> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: tickMs }) },
    { weight: 3, arbitrary: fc.integer({ min: tickMs, max: 8 * tickMs }) },
    { weight: 1, arbitrary: fc.integer({ min: 8 * tickMs, max: 30 * tickMs }) },
  );
}
