/** `viv status`: what a running server is, as zkServer.sh status says it, by asking it the four-letter word `srvr`. */
import { connect } from 'node:net';
import { ConnectStringError, parseConnectString } from '../client/connect-string.ts';
import type { ServerAddress } from '../client/connect-string.ts';
import { UsageError } from '../command/command.ts';
import type { Command } from '../command/command.ts';

const PATIENCE_MS = 5000;
const NOT_RUNNING = 1;

/** See the head of the file. */
export const status: Command = {
  name: 'status',
  summary: 'what running servers are: Mode: leader, follower, observer or standalone',
  usage: '[HOST:PORT,…]',
  flags: [],
  notes: ['Without an address, localhost:2181. The exit code is 1 if one of them does not serve.'],
  async run(given, shell) {
    const servers = given.names.length === 0 ? addressesOf('localhost:2181') : given.names.flatMap(addressesOf);
    const found = await Promise.all(servers.map(async (server) => ({ server, ...(await modeOf(server)) })));
    if (given.has('json')) {
      shell.out(JSON.stringify(found.map(({ server, mode, text }) => ({ ...server, mode, text })), null, 2));
    } else {
      for (const { server: { host, port }, mode } of found) {
        shell.out(`Client port found: ${port}. Client address: ${host}.`);
        shell.out(mode === null ? 'Error contacting service. It is probably not running.' : `Mode: ${mode}`);
      }
    }
    return found.every(({ mode }) => mode !== null) ? 0 : NOT_RUNNING;
  },
};

function addressesOf(text: string): readonly ServerAddress[] {
  try {
    return parseConnectString(text).servers;
  } catch (error) {
    if (error instanceof ConnectStringError) throw new UsageError(error.message);
    throw error;
  }
}

async function modeOf(server: ServerAddress): Promise<{ mode: string | null; text: string }> {
  try {
    const text = await fourLetterWord(server, 'srvr');
    return { mode: /^Mode: (.+)$/m.exec(text)?.[1] ?? null, text };
  } catch (error) {
    return { mode: null, text: error instanceof Error ? error.message : '' };
  }
}

/** What a server answers to a four-letter word; rejects when it does not. */
export function fourLetterWord({ host, port }: ServerAddress, word: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const chunks: Buffer[] = [];
    socket.setTimeout(PATIENCE_MS, () => { socket.destroy(new Error(`${host}:${port} does not answer`)); });
    socket.on('connect', () => { socket.write(word); });
    socket.on('data', (chunk: Buffer) => { chunks.push(chunk); });
    socket.on('end', () => { resolve(Buffer.concat(chunks).toString('utf8')); });
    socket.on('error', reject);
  });
}
