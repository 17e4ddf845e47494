/**
 * The chaos controller over HTTP, for tests in other languages: `POST /kill?server=1`, `/restart`, `/pause`, `/resume`,
 * `/cut-clients`, `/admit-clients`, `/slow-disk?server=1&ms=200`, `/cut?server=1&with=2`, `/stall`, `/mend`, `/heal`, and
 * `GET /status`. Listens on loopback only; answers in JSON.
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { OptionError } from './options.ts';

/** What it controls. */
export interface Breakable {
  readonly connectString: string;
  status(): unknown;
  kill(id: number): Promise<void>;
  restart(id: number): Promise<void>;
  pause(id: number): void;
  resume(id: number): void;
  cutClients(id: number): void;
  admitClients(id: number): void;
  slowDisk(id: number, delayMs: number): void;
  cut(one: number, other: number): void;
  stall(one: number, other: number): void;
  mend(one: number, other: number): void;
  heal(): Promise<void>;
}

const VERBS: readonly string[] = [
  '/kill', '/restart', '/pause', '/resume', '/cut-clients', '/admit-clients', '/slow-disk', '/cut', '/stall', '/mend', '/heal',
];
const KNOWN = `there are GET /status and POST ${VERBS.join(', ')}`;

class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

/** See the head of the file. */
export class ChaosServer {
  readonly url: string;
  private readonly server: Server;

  private constructor(server: Server, port: number) {
    this.server = server;
    this.url = `http://127.0.0.1:${port}`;
  }

  static start(target: Breakable): Promise<ChaosServer> {
    const server = createServer((request, response) => {
      request.resume();
      answer(target, request.method ?? 'GET', request.url ?? '/').then(
        (status) => ({ code: 200, body: status }),
        (error: unknown) => {
          const isTheirs = error instanceof BadRequest || error instanceof OptionError;
          return { code: isTheirs ? 400 : 500, body: { error: error instanceof Error ? error.message : String(error) } };
        },
      ).then(({ code, body }) => {
        response.writeHead(code, { 'content-type': 'application/json' });
        response.end(`${JSON.stringify(body)}\n`);
      }, () => { response.destroy(); });
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(new ChaosServer(server, typeof address === 'object' && address !== null ? address.port : 0));
      });
    });
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => { this.server.close(() => { resolve(); }); });
  }
}

async function answer(target: Breakable, method: string, asked: string): Promise<unknown> {
  const url = urlOf(asked);
  if (url.pathname !== '/status' && !VERBS.includes(url.pathname)) throw new BadRequest(`there is no ${url.pathname}; ${KNOWN}`);
  const isStatus = url.pathname === '/status';
  if (method !== (isStatus ? 'GET' : 'POST')) throw new BadRequest(`ask ${url.pathname} with ${isStatus ? 'GET' : 'POST'}`);
  if (!isStatus) await act(target, url);
  return { connectString: target.connectString, servers: target.status() };
}

function urlOf(text: string): URL {
  try {
    return new URL(text, 'http://localhost');
  } catch {
    throw new BadRequest(`${text} is no URL; ${KNOWN}`);
  }
}

async function act(target: Breakable, url: URL): Promise<void> {
  const number = (name: string): number => {
    const text = url.searchParams.get(name) ?? '';
    if (!/^\d+$/.test(text)) throw new BadRequest(`${url.pathname} needs ${name}=N`);
    return Number(text);
  };
  switch (url.pathname) {
    case '/kill':
      return target.kill(number('server'));
    case '/restart':
      return target.restart(number('server'));
    case '/pause':
      target.pause(number('server'));
      return;
    case '/resume':
      target.resume(number('server'));
      return;
    case '/cut-clients':
      target.cutClients(number('server'));
      return;
    case '/admit-clients':
      target.admitClients(number('server'));
      return;
    case '/slow-disk':
      target.slowDisk(number('server'), number('ms'));
      return;
    case '/cut':
      target.cut(number('server'), number('with'));
      return;
    case '/stall':
      target.stall(number('server'), number('with'));
      return;
    case '/mend':
      target.mend(number('server'), number('with'));
      return;
    case '/heal':
      return target.heal();
    default:
      throw new BadRequest(`there is no ${url.pathname}; ${KNOWN}`);
  }
}
