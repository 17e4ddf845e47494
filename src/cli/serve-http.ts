/** Small HTTP servers beside a real server: metrics, and the admin commands. They answer GET and nothing that is large. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { bareHost, endpointText } from '../host/endpoint.ts';
import type { Endpoint } from '../host/endpoint.ts';

/** What is answered; `type` is a media type. */
export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** A server that runs. */
export interface HttpEndpoint {
  readonly at: Endpoint;
  close(): Promise<void>;
}

/** Serves `answer`; rejects with a sentence where it cannot listen. */
export function serveHttp(at: Endpoint, answer: (url: URL) => HttpAnswer | Promise<HttpAnswer>): Promise<HttpEndpoint> {
  const server = createServer((request, response) => {
    const reply = (given: HttpAnswer): void => {
      response.writeHead(given.status, { 'content-type': given.type });
      response.end(given.body);
    };
    const fail = (): void => {
      reply({ status: 500, type: 'text/plain', body: 'failed\n' });
    };
    const url = urlOf(request.url ?? '/');
    if (url === null) {
      reply({ status: 400, type: 'text/plain', body: 'this is no URL\n' });
    } else if (request.method !== 'GET') {
      reply({ status: 405, type: 'text/plain', body: 'only GET is answered\n' });
    } else {
      Promise.resolve().then(() => answer(url)).then(reply, fail);
    }
  });
  return listen(server, at);
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
