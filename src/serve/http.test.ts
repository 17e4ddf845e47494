/** What the small HTTP servers beside a server leave behind: nothing. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { serveHttp } from './http.ts';

const test = suite('HTTP');

test('a file for somebody who has gone meanwhile is closed', async () => {
  const body = Readable.from(['so much', 'of it']);
  const closed = new Promise<void>((resolve) => { body.once('close', resolve); });
  let ask: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => { ask = resolve; });
  const server = await serveHttp({ host: '127.0.0.1', port: 0 }, async (_url, request) => {
    ask();
    await once(request.socket, 'close');
    return { status: 200, type: 'text/plain', body };
  });
  const socket = connect({ host: server.at.host, port: server.at.port });
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await asked;
  socket.destroy();
  await closed;
  assert.ok(body.destroyed);
  await server.close();
});

test.run();
