/** Small HTTP servers beside a real server: metrics, and the admin commands. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { bareHost, endpointText } from '../host/endpoint.ts';
import type { Endpoint } from '../host/endpoint.ts';

/** What is answered; `type` is a media type. A body that is a stream goes out as fast as it is taken. */
export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Readable;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that runs. */
export interface HttpEndpoint {
  readonly at: Endpoint;
  close(): Promise<void>;
}

/** Says what a question is answered with; only its method is known to be one of those that are taken, HEAD where GET is. */
export type Answerer = (url: URL, request: IncomingMessage) => HttpAnswer | Promise<HttpAnswer>;

/** Serves `answer`; rejects with a sentence where it cannot listen. */
export function serveHttp(at: Endpoint, answer: Answerer, methods: readonly string[] = ['GET']): Promise<HttpEndpoint> {
  const server = createServer((request, response) => {
    const refuse = (status: number, sentence: string): void => {
      reply(request, response, { status, type: 'text/plain', body: `${sentence}\n` });
    };
    const url = urlOf(request.url ?? '/');
    if (url === null) {
      refuse(400, 'this is no URL');
    } else if (!methods.includes(request.method === 'HEAD' ? 'GET' : request.method ?? '')) {
      refuse(405, `only ${methods.join(' and ')} ${methods.length > 1 ? 'are' : 'is'} answered`);
    } else {
      Promise.resolve().then(() => answer(url, request)).then(
        (given) => { reply(request, response, given); }, () => { refuse(500, 'failed'); },
      );
    }
  });
  return listen(server, at);
}

/** Whoever is still sending is heard out, or would not hear the answer. */
function reply(request: IncomingMessage, response: ServerResponse, { status, type, body, headers }: HttpAnswer): void {
  request.resume();
  const length = typeof body === 'string' ? { 'Content-Length': Buffer.byteLength(body) } : {};
  response.writeHead(status, { 'Content-Type': type, ...length, ...headers });
  if (typeof body === 'string') {
    response.end(body);
    return;
  }
  // Whoever asked may have gone meanwhile: either end takes the other along.
  pipeline(body, response, () => undefined);
}

function urlOf(text: string): URL | null {
  try {
    return new URL(text, 'http://localhost');
  } catch {
    return null;
  }
}

function listen(server: Server, at: Endpoint): Promise<HttpEndpoint> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(new Error(`${endpointText(at)} cannot be listened on: ${error.message}`));
    });
    server.listen({ host: bareHost(at.host), port: at.port }, () => {
      const address = server.address();
      const port = address === null || typeof address === 'string' ? at.port : address.port;
      resolve({ at: { host: at.host, port }, close: () => close(server) });
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
