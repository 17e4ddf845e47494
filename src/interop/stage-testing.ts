/**
 * An ensemble of three servers and an observer, ours or Apache's, on which scripts are played: lines to servers by their role,
 * and everything that came on them as text, to be compared. Not part of the program.
 */
import type { SessionId } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import type { Endpoint } from '../host/endpoint.ts';
import type { Request } from '../wire/client-messages.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { Line } from './stage-line.ts';
import type { Common, Hello } from './stage-line.ts';
import { MixedEnsemble } from './mixed-testing.ts';
import type { Kind } from './mixed-testing.ts';

const VOTERS = 3;
/** Nothing may run out on a machine that is busy: sessions would take zxids, and roles would change. */
const PATIENCE: readonly string[] = ['maxSessionTimeout=600000', 'minSessionTimeout=300000', 'tickTime=2000', 'syncLimit=60'];
const LEVEL_ATTEMPTS = 1500;

/** Where a line goes. */
export type Role = 'leader' | 'follower' | 'other' | 'observer';

/** What is done on a stage, and how it is called. */
export interface Script {
  readonly name: string;
  readonly play: (stage: Stage) => Promise<void>;
}

/** See the head of the file. */
export class Stage {
  readonly ensemble: MixedEnsemble;
  private readonly ids: Map<Role, number> = new Map();
  private readonly common: Common = { base: ZXID_ZERO, names: new Map<SessionId, string>() };
  private open: Line[] = [];
  private silent: Line[] = [];
  private spoken: string[] = [];

  private constructor(ensemble: MixedEnsemble) {
    this.ensemble = ensemble;
  }

  /** Three voters and an observer, with `keys` more in their configurations. */
  static async start(kind: Kind, classpath: string, keys: readonly string[]): Promise<Stage> {
    const kinds = Array.from({ length: VOTERS + 1 }, () => kind);
    const stage = new Stage(await MixedEnsemble.start(kinds, classpath, 1, [...PATIENCE, ...keys]));
    await stage.cast();
    return stage;
  }

  /** Who plays which role, once an ensemble stands. */
  async cast(): Promise<void> {
    const leader = await this.ensemble.serving();
    const [follower = 0, other = 0] = [1, 2, 3].filter((id) => id !== leader);
    this.ids.set('leader', leader).set('follower', follower).set('other', other).set('observer', VOTERS + 1);
  }

  idOf(role: Role): number {
    return this.ids.get(role) ?? 0;
  }

  at(role: Role): Endpoint {
    return this.ensemble.client(this.idOf(role));
  }

  /** A line that has been greeted. */
  async line(name: string, role: Role, hello: Hello = {}): Promise<Line> {
    const line = new Line(name, this.at(role), this.common);
    this.open.push(line);
    await line.greet(hello);
    return line;
  }

  /** What comes of requests, on a line that is not told of; the last answer is answered with. */
  async aside(role: Role, ...requests: readonly Request[]): Promise<string> {
    const line = await this.unheard(role);
    for (const request of requests) await line.ask(request);
    const last = line.lines[line.lines.length - 1] ?? '';
    await line.ask({ kind: 'closeSession' });
    return last;
  }

  /** A line of which nothing is told, for what does not go the same way twice. */
  async unheard(role: Role, hello: Hello = {}): Promise<Line> {
    const line = new Line('unheard', this.at(role), this.common);
    this.silent.push(line);
    await line.greet(hello);
    return line;
  }

  /** A line that is told of only if it is the last of its name. */
  async attempt(name: string, role: Role, hello: Hello): Promise<Line> {
    const at = this.open.findIndex((line) => line.name === name);
    if (at >= 0) this.open.splice(at, 1);
    return this.line(name, role, hello);
  }

  /** Until everybody who serves has applied the same. */
  async level(): Promise<void> {
    for (let attempts = 0; attempts < LEVEL_ATTEMPTS; attempts++) {
      const said = await Promise.all(this.ensemble.ids.filter((id) => this.ensemble.kindOf(id) !== undefined).map(async (id) => {
        return /^Zxid: .*$/m.exec(await this.ensemble.word(id, 'srvr'))?.[0];
      }));
      if (said.every((zxid) => zxid !== undefined && zxid === said[0])) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('the servers never came level');
  }

  /** Until the server of a role serves nobody. */
  async idle(role: Role): Promise<void> {
    while (await this.ensemble.mode(this.idOf(role)) !== '') await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** One of the voters is gone: the other two are leader and `other`. */
  async recast(): Promise<void> {
    const leader = await this.ensemble.serving();
    const gone = this.idOf('leader');
    const other = [1, 2, 3].find((id) => id !== leader && id !== gone) ?? 0;
    this.ids.set('leader', leader).set('other', other).set('follower', gone);
  }

  /** Everybody who runs stops, and only then starts again. */
  async restart(): Promise<void> {
    const kinds = this.ensemble.ids.map((id) => [id, this.ensemble.kindOf(id)] as const);
    for (const [id, kind] of kinds) if (kind !== undefined) await this.ensemble.kill(id);
    for (const [id, kind] of kinds) if (kind !== undefined) await this.ensemble.run(id, kind);
    await this.cast();
  }

  /** The answer to a four-letter word, without what is particular to one run. */
  async word(role: Role, word: string): Promise<string> {
    return shapeOf(await this.ensemble.word(this.idOf(role), word));
  }

  /** The same where sessions, connections and paths are told in nobody's promised order: its lines, each once, in one. */
  async wordInAnyOrder(role: Role, word: string): Promise<string> {
    return [...new Set((await this.word(role, word)).split('\n'))].sort().join('\n');
  }

  /** The members that the server of a role goes by, as they are written down. */
  async configText(role: Role): Promise<string> {
    const conf = await this.ensemble.word(this.idOf(role), 'conf');
    return conf.slice(conf.indexOf('server.'));
  }

  /** The answer to an admin command. */
  admin(role: Role, command: string): Promise<string> {
    return this.ensemble.admin(this.idOf(role), command);
  }

  /** Something to compare that came on no line. */
  say(text: string): void {
    this.spoken.push(text);
  }

  /** Plays a script, and answers with what came on each line. */
  async play({ play }: Script): Promise<string> {
    this.common.names.clear();
    this.open = [];
    this.silent = [];
    this.spoken = [];
    await this.begin();
    try {
      await play(this);
      const told = this.open.map(({ name, lines }) => `${name}:\n${lines.map((line) => `  ${line}\n`).join('')}`);
      for (const line of this.open) if (!line.isClosed) await line.ask({ kind: 'closeSession' });
      return `${told.join('')}${this.spoken.map((text) => `${text}\n`).join('')}`;
    } finally {
      for (const line of [...this.open, ...this.silent]) line.end();
    }
  }

  async stop(): Promise<void> {
    await this.ensemble.stop();
  }

  /** From here zxids count. The ensemble may have no leader. */
  private async begin(): Promise<void> {
    if (await this.ensemble.mode(this.idOf('leader')) !== 'leader') return;
    const control = new Line('control', this.at('leader'), this.common);
    try {
      await control.greet({});
      // A leader that has written nothing in its epoch says at Apache's that the epoch has begun, and at ours what came last.
      await control.ask(
        { kind: 'create', path: '/begin', data: null, acl: OPEN_ACL_UNSAFE, flags: 0 },
        { kind: 'delete', path: '/begin', version: -1 }, { kind: 'closeSession' },
      );
      this.common.base = control.newest;
    } finally {
      control.end();
    }
  }
}

/** Lines that differ in nothing else and follow each other count once. */
function shapeOf(text: string): string {
  const plain = text
    .replace(/^(Zookeeper version: |zk_version\t|zookeeper\.version=).*$/gm, '$1#')
    .replace(/^(dataDir|dataLogDir)=.*$/gm, '$1=#')
    .replace(/[A-Z][a-z]{2} [A-Z][a-z]{2} \d+ [\d:]+ UTC \d{4}/g, 'DATE')
    .replace(/0x[0-9a-f]+/g, '0x#')
    .replace(/\d+(\.\d+)?/g, '#');
  const lines = plain.split('\n');
  return lines.filter((line, index) => line === '' || line !== lines[index - 1]).join('\n').trimEnd();
}
