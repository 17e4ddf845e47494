/** What clients do to a mixed ensemble, and what they find there afterwards, for tests. Not part of the program. */
import * as assert from 'uvu/assert';
import type { ClientOutcome } from '../client/outcome.ts';
import { TestClient, until } from '../serve/serve-testing.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import type { MixedEnsemble } from './mixed-testing.ts';

/** So that a minute of load is a list that fits into an answer. */
const LOAD_PAUSE_MS = 5;

/** The code of the answer, or what came instead of one. */
export function errorOf(outcome: ClientOutcome): number | string {
  return outcome.kind === 'reply' ? outcome.err : outcome.kind;
}

/** Writes through one server until it is acknowledged: what was lost with a connection is tried again under another name. */
export async function write(client: TestClient, names: string[], prefix: string = 'n'): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const path = `/${prefix}${names.length}-${attempt}`;
    const outcome = await client.ask({ kind: 'create', path, data: new Uint8Array(100), acl: OPEN_ACL_UNSAFE, flags: 0 });
    if (errorOf(outcome) === 0) {
      names.push(path.slice(1));
      return;
    }
  }
  throw new Error('no write was acknowledged');
}

/** What one server shows below the root, once it is as new as the ensemble. */
export async function namesAt(ensemble: MixedEnsemble, id: number): Promise<readonly string[]> {
  const client = new TestClient([ensemble.client(id)]);
  try {
    await client.ask({ kind: 'sync', path: '/' });
    const listed = await client.ask({ kind: 'getChildren', path: '/', watch: false });
    if (listed.kind !== 'reply' || listed.response?.kind !== 'getChildren') throw new Error(listed.kind);
    return listed.response.children.filter((name) => name !== 'zookeeper').sort();
  } finally {
    await client.stop();
  }
}

/** Throws where a server that runs lacks one of the names. */
export async function everybodyHas(ensemble: MixedEnsemble, names: readonly string[]): Promise<void> {
  for (const id of ensemble.ids) {
    if (ensemble.kindOf(id) === undefined) continue;
    const found = await namesAt(ensemble, id);
    const there = new Set(found);
    for (const name of names) assert.ok(there.has(name), `server ${id} (${ensemble.kindOf(id) ?? ''}) lacks ${name}`);
  }
}

/** Somebody who writes all the while, whatever becomes of the servers; what was acknowledged is remembered. */
export class Load {
  private readonly names: string[] = [];
  private readonly client: TestClient;
  private readonly working: Promise<void>;
  private isOver = false;

  constructor(ensemble: MixedEnsemble) {
    this.client = new TestClient(ensemble.ids.map((id) => ensemble.client(id)), 30_000);
    this.working = this.work();
    // Whoever stops it hears of a failure; until then it is nobody's.
    this.working.catch(() => undefined);
  }

  /** So many more writes were acknowledged since this was asked. */
  async hasWritten(count: number): Promise<void> {
    const goal = this.names.length + count;
    await until(() => this.names.length >= goal, `${count} more acknowledged writes`);
  }

  /** Every name that was acknowledged. */
  async stop(): Promise<readonly string[]> {
    this.isOver = true;
    await this.working;
    await this.client.stop();
    return this.names;
  }

  private async work(): Promise<void> {
    while (!this.isOver) {
      await write(this.client, this.names, 'load');
      await new Promise((resolve) => { setTimeout(resolve, LOAD_PAUSE_MS); });
    }
  }
}
