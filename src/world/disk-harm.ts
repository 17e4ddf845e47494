/**
 * Harm to disks: calls that fail, bytes that decay, and disks that are lost for an empty one, for an old image of themselves or
 * for that of another voter. What decays is bounded here, what may be replaced by the atlas (`atlas.ts`): between them one good
 * copy of whatever was committed stays among those that vote.
 */
import type { NodeId } from '../io/event.ts';
import type { Stream } from './chooser.ts';
import { damageDisk } from './decay.ts';
import { type DiskImage, EMPTY_IMAGE, imageOf, putImage } from './disk-image.ts';
import { ActiveFault, type Fault, type Target } from './fault.ts';
import type { Host } from './host.ts';
import type { Stage } from './stage.ts';

type DiskFault = Extract<Fault, { readonly kind: 'diskError' | 'bitRot' }>;
type DiskReplacement = Extract<Fault, { readonly kind: 'wipe' | 'oldImage' | 'clone' }>;

/** What is needed of the driver of all faults. */
export interface Injector {
  readonly stage: Stage;
  readonly luck: Stream;
  active: ActiveFault[];
  images: number;
  find(target: Target): Host | undefined;
  begin(name: string, node: NodeId, forMs: number, detail: string): ActiveFault;
}

/** Lets calls of a disk fail, or bytes on it decay. */
export function harmDisk(driver: Injector, fault: DiskFault): void {
  const { core } = driver.stage;
  const name = fault.kind === 'bitRot' ? `bitRot:${fault.decay}` : `diskError:${fault.error}`;
  core.counters.fired(name);
  const host = driver.find(fault.target);
  if (host === undefined || host.disk === null) return;
  const isImpairing = fault.kind === 'bitRot' || fault.call === 'read' || fault.error === 'lie';
  if (isImpairing && !mayImpair(driver, host)) return;
  const active = new ActiveFault(name, host.node);
  if (fault.kind === 'bitRot') {
    if (!host.isAtRest(core.schedule.nowUs)) return;
    const harmed = damageDisk(host.disk, fault.decay, fault.file ?? '', driver.luck);
    if (harmed === '') return;
    driver.stage.announce({ kind: 'faultBegan', fault: name, node: host.node, detail: harmed });
  } else {
    driver.active.push(active);
    host.diskErrors.push({ call: fault.call, error: fault.error, times: fault.times, fault: active });
    driver.stage.announce({ kind: 'faultBegan', fault: name, node: host.node, detail: `${fault.call}, ${fault.times} times` });
  }
  if (isImpairing) host.impairedBy = active;
}

/**
 * The atlas: whatever decays, a majority of the voters keeps disks that are whole, so that every transaction that was committed
 * is still on one of any majority of those.
 */
function mayImpair(driver: Injector, host: Host): boolean {
  if (host.impairedBy !== null) return false;
  if (host.spec.isVoter !== true) return true;
  const voters = [...driver.stage.hosts.values()].filter((other) => other.spec.isVoter === true);
  const impaired = voters.filter((other) => other.impairedBy !== null);
  return (impaired.length + 1) * 2 < voters.length;
}

/** Replaces a server's disk: by an empty one, its own as it was, or that of another voter. */
export function replaceDisk(driver: Injector, fault: DiskReplacement): void {
  const { core } = driver.stage;
  const host = driver.find(fault.target);
  // An image of what decayed would spread the decay past the bound.
  if (host === undefined || host.disk === null || host.impairedBy !== null) {
    core.counters.fired(fault.kind);
    return;
  }
  if (fault.kind === 'oldImage') {
    const active = driver.begin(fault.kind, host.node, fault.ageMs, `an image of its disk, ${fault.ageMs} ms before`);
    active.restoration = { image: imageNow(driver, host), downMs: fault.downMs };
    return;
  }
  core.counters.fired(fault.kind);
  const origin = fault.kind === 'clone' ? anotherVoter(driver, host) : undefined;
  if (fault.kind === 'clone' && origin === undefined) return;
  putDisk(driver, host, fault.kind, origin === undefined ? EMPTY_IMAGE : imageNow(driver, origin), fault.downMs);
}

/** One whose disk is whole. */
function anotherVoter(driver: Injector, host: Host): Host | undefined {
  if (host.spec.isVoter !== true) return undefined;
  const others = [...driver.stage.hosts.values()].filter((other) => {
    return other !== host && other.spec.isVoter === true && other.impairedBy === null;
  });
  return others[driver.luck.below(Math.max(1, others.length), 'clonedDisk')];
}

function imageNow(driver: Injector, host: Host): DiskImage {
  const number = ++driver.images;
  driver.stage.announce({ kind: 'diskImaged', node: host.node, image: number });
  return host.disk === null ? EMPTY_IMAGE : imageOf(host.disk, number);
}

/** Kills a server, if it can be spared, and lets it find another disk. */
export function putDisk(driver: Injector, host: Host, name: string, image: DiskImage, downMs: number): void {
  const { atlas, core } = driver.stage;
  if (host.disk === null || !atlas.canSpare(host.node)) return;
  if (driver.stage.kill(host, 'fault', `its disk is replaced (${name})`)) driver.stage.restartLater(host, downMs * 1000);
  putImage(host.disk, image);
  core.counters.effective(name);
  driver.stage.announce({ kind: 'diskReplaced', node: host.node, image: image.number });
}
