/**
 * Service discovery: instances register under the name of their service for as long as their session lives, and those who need
 * one choose among them in turn (Curator's ServiceDiscovery).
 */
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import { decodeText } from '../wire/utf8.ts';
import { Membership, type Member } from './membership-face.ts';
import { childOf } from './retry-face.ts';

/** An instance of a service. */
export interface ServiceInstance {
  readonly service: string;
  /** Its own among the instances of its service. */
  readonly id: string;
  readonly address: string;
  readonly port: number;
  /** Whatever else it says of itself. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** See the head of the file. */
export class ServiceDiscovery {
  private readonly zk: ZooKeeper;
  private readonly path: string;
  private readonly turns: Map<string, number> = new Map();

  constructor(zk: ZooKeeper, path: string) {
    this.zk = zk;
    this.path = path;
  }

  /** Registers until the session ends; once more, and what is said now counts. */
  async register(instance: ServiceInstance): Promise<void> {
    const { service, id, address, port, tags = {} } = instance;
    await this.group(service).join(id, JSON.stringify({ address, port, tags }));
  }

  async unregister({ service, id }: Pick<ServiceInstance, 'service' | 'id'>): Promise<void> {
    await this.group(service).leave(id);
  }

  /** Those who are there now, by id. */
  async instances(service: string): Promise<readonly ServiceInstance[]> {
    return instancesOf(service, await this.group(service).members());
  }

  /** Those who are there, now and after every change, until the session ends or the reader stops. */
  async *watch(service: string): AsyncGenerator<readonly ServiceInstance[], void, void> {
    for await (const members of this.group(service).watch()) yield instancesOf(service, members);
  }

  /** One instance, each in turn; null where there is none. */
  async choose(service: string): Promise<ServiceInstance | null> {
    const instances = await this.instances(service);
    const turn = this.turns.get(service) ?? 0;
    this.turns.set(service, turn + 1);
    return instances[turn % Math.max(1, instances.length)] ?? null;
  }

  private group(service: string): Membership {
    return new Membership(this.zk, childOf(this.path, service));
  }
}

/** A node that is no instance, somebody else's perhaps, is left out. */
function instancesOf(service: string, members: readonly Member[]): ServiceInstance[] {
  return members.flatMap(({ name, data }) => {
    const said = data === null ? null : parse(decodeText(data));
    return said === null ? [] : [{ service, id: name, ...said }];
  });
}

function parse(text: string): Omit<ServiceInstance, 'service' | 'id'> | null {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof said !== 'object' || said === null || !('address' in said) || !('port' in said)) return null;
  const { address, port } = said;
  if (typeof address !== 'string' || typeof port !== 'number') return null;
  const tags: Record<string, string> = {};
  if ('tags' in said && typeof said.tags === 'object' && said.tags !== null) {
    for (const [name, value] of Object.entries(said.tags)) if (typeof value === 'string') tags[name] = value;
  }
  return { address, port, tags };
}
