/**
 * The command line as somebody at a terminal has it, on streams that the test holds in its hand, and as scripts have it, through
 * pipes. Nothing waits for a time: keys are pressed when what they answer to stands on the screen.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryRoot } from '../command/shell.ts';
import { TestEnsemble, until } from '../serve/serve-testing.ts';
import { converse, Screen } from './conversation.ts';
import { ShellSession } from './session.ts';

const test = suite('viv shell, at a terminal and through pipes');
const [UP, TAB, ENTER, CTRL_C, CTRL_D] = ['\u001b[A', '\t', '\r', '\u0003', '\u0004'];

/** A keyboard, a screen, and a session between them. */
class Desk {
  readonly keyboard: PassThrough = new PassThrough();
  readonly abort: AbortController = new AbortController();
  readonly session: ShellSession;
  readonly code: Promise<number>;
  private text = '';
  private seenTo = 0;

  constructor(server: string, isTerminal: boolean) {
    const terminal = new PassThrough();
    terminal.on('data', (chunk: Buffer) => { this.text += chunk.toString('utf8'); });
    const say = (line: string): void => { terminal.write(`${line}\n`); };
    const screen = new Screen({ out: say, err: say });
    this.session = new ShellSession({ server, timeoutMs: 30_000, isReadOnly: false }, screen);
    this.session.connect();
    this.code = this.connected().then(() => converse(this.session, screen, {
      input: this.keyboard, terminal: isTerminal ? terminal : null, signal: this.abort.signal,
    }));
  }

  /** Waits for this to appear behind what was waited for before; what stands from there to its end. */
  async sees(what: string): Promise<string> {
    const seen = (): number => this.text.indexOf(what, this.seenTo);
    await until(() => seen() >= 0, `${JSON.stringify(what)} on the screen`);
    const from = this.seenTo;
    this.seenTo = seen() + what.length;
    return this.text.slice(from, this.seenTo);
  }

  async enters(line: string, answer: string): Promise<void> {
    this.keyboard.write(line + ENTER);
    await this.sees(answer);
    await this.sees('] ');
  }

  get all(): string {
    return this.text;
  }

  private async connected(): Promise<void> {
    await this.session.zk?.connected();
  }
}

async function withDesk(isTerminal: boolean, work: (desk: Desk, ensemble: TestEnsemble) => Promise<void>): Promise<void> {
  const ensemble = await TestEnsemble.start(1);
  await ensemble.serving();
  const desk = new Desk(`127.0.0.1:${ensemble.clientPort(1).port}`, isTerminal);
  try {
    await work(desk, ensemble);
  } finally {
    await desk.session.close();
    desk.keyboard.destroy();
    await ensemble.stop();
  }
}

test('a prompt that counts, history, and completion of commands and paths', async () => {
  await withDesk(true, async (desk) => {
    assert.match(await desk.sees('] '), /\[zk: 127\.0\.0\.1:\d+\(CONNECTED\) 0\] $/);
    await desk.enters('create /apples x', 'Created /apples');
    desk.keyboard.write(UP + ENTER);
    await desk.sees('Node already exists: /apples');
    await desk.sees('(CONNECTED) 2] ');
    desk.keyboard.write(`getAllCh${TAB}`);
    await desk.sees('ildrenNumber');
    desk.keyboard.write(` /zook${TAB}`);
    await desk.sees('eeper');
    await desk.enters('', '2');
    desk.keyboard.write(`ls /app${TAB}`);
    await desk.sees('les');
    await desk.enters('', '[]');
    await desk.enters('history', '3 - ls /apples');
    desk.keyboard.write(`quit${ENTER}`);
    assert.is(await desk.code, 0);
  });
});

test('an event is printed above the line that is being typed, which goes on', async () => {
  await withDesk(true, async (desk, ensemble) => {
    await desk.sees('] ');
    await desk.enters('create /a x', 'Created /a');
    await desk.enters('addWatch -m PERSISTENT /a', '');
    desk.keyboard.write('get ');
    await desk.sees('get ');
    const other = new ShellSession(
      { server: `127.0.0.1:${ensemble.clientPort(1).port}`, timeoutMs: 30_000, isReadOnly: false },
      { out: () => undefined, err: () => undefined },
    );
    other.connect();
    assert.is(await other.line('set /a changed'), 0);
    await desk.sees('type:NodeDataChanged path:/a');
    await desk.sees('] get ');
    await desk.enters('/a', 'changed');
    await other.close();
    desk.keyboard.write(CTRL_D);
    assert.is(await desk.code, 0);
  });
});

test('Ctrl-C throws a line away, ends a command that nobody answers, and leaves', async () => {
  await withDesk(true, async (desk) => {
    await desk.sees('] ');
    desk.keyboard.write('create /never');
    await desk.sees('/never');
    desk.keyboard.write(CTRL_C);
    await desk.sees('^C');
    await desk.sees('] ');
    await desk.enters('ls /', '[zookeeper]');
    desk.keyboard.write(CTRL_C);
    assert.is(await desk.code, 0);
  });
  await withDesk(true, async (desk, ensemble) => {
    await desk.sees('] ');
    await ensemble.kill(1);
    await until(() => desk.session.zk?.state === 'Disconnected', 'the loss of the connection');
    desk.keyboard.write(`sync /${ENTER}`);
    await until(() => desk.session.history.length === 1, 'the command that waits');
    desk.keyboard.write(CTRL_C);
    assert.is(await desk.code, 0);
  });
});

test('from a pipe each line is done in turn, without a prompt, and the last one gives the code', async () => {
  await withDesk(false, async (desk) => {
    desk.keyboard.end('create /p one\nset /p two\n\nget /p\nget /none\n');
    assert.is(await desk.code, 1);
    assert.match(desk.all, /Created \/p\ntwo\nNode does not exist: \/none\n$/);
    assert.not.match(desk.all, /\[zk:/);
  });
});

test('whoever supervises it can end it while nobody answers', async () => {
  await withDesk(false, async (desk, ensemble) => {
    await desk.session.zk?.connected();
    await ensemble.kill(1);
    await until(() => desk.session.zk?.state === 'Disconnected', 'the loss of the connection');
    desk.keyboard.write('ls /\n');
    await until(() => desk.session.history.length === 1, 'the command that waits');
    desk.abort.abort();
    assert.is(await desk.code, 0);
  });
});

test('who reads its lines may leave before the end', async () => {
  const ensemble = await TestEnsemble.start(1);
  try {
    await ensemble.serving();
    const server = `127.0.0.1:${ensemble.clientPort(1).port}`;
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'shell', '-server', server], {
      cwd: repositoryRoot(), stdio: ['pipe', 'pipe', 'pipe'],
    });
    let complaints = '';
    child.stderr.on('data', (chunk: Buffer) => { complaints += chunk.toString('utf8'); });
    child.stdin.on('error', () => undefined);
    const gone = once(child, 'exit');
    child.stdout.once('data', () => { child.stdout.destroy(); });
    for (let i = 0; i < 500; i++) child.stdin.write('ls /\n');
    child.stdin.end();
    await gone;
    assert.is(child.exitCode, 0);
    assert.not.match(complaints, /Error|EPIPE/);
  } finally {
    await ensemble.stop();
  }
});

test.run();
