/**
 * The front end of the tests: finds every `*.test.ts` under the folders given, runs each in one of a few child processes, and
 * closes with `N passed, N failed`. It stands over uvu because uvu alone passes when there is no test, when a file forgets to
 * run its suite and when a hook throws. Nothing that went wrong may end in exit 0.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { FileResult } from './run-tests-worker.ts';

interface Settings {
  readonly folders: readonly string[];
  readonly only: string;
  readonly jobs: number;
  readonly timeoutSeconds: number;
}

interface Totals {
  files: number;
  passed: number;
  failed: number;
  skipped: number;
}

const USAGE = 'usage: run-tests <folder>... [--only <part of a path>] [--jobs <processes>] [--timeout <seconds a file>]';
const WORKER = fileURLToPath(new URL('run-tests-worker.ts', import.meta.url));
const SLOW_MS = 3000;
const PROGRESS_EVERY = 25;

class Usage extends Error {}

function settingsFrom(args: string[]): Settings {
  const options = { only: { type: 'string' }, jobs: { type: 'string' }, timeout: { type: 'string' } } as const;
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    if (positionals.length === 0) throw new Usage('no folder is given');
    const processors = Math.min(4, availableParallelism());
    return {
      folders: positionals,
      only: values.only ?? '',
      jobs: positive('--jobs', values.jobs ?? String(processors)),
      timeoutSeconds: positive('--timeout', values.timeout ?? '300'),
    };
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error));
  }
}

function positive(flag: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Usage(`${flag} takes a positive integer, not ${text}`);
  return Number(text);
}

function testFiles(settings: Settings): string[] {
  const files: string[] = [];
  for (const folder of settings.folders) {
    const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
    if (!isFolder) throw new Usage(`${folder} is no folder`);
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.test.ts') && !name.includes('node_modules')) files.push(resolve(folder, name));
    }
  }
  return [...new Set(files)].filter((file) => shown(file).includes(settings.only)).sort((a, b) => (a < b ? -1 : 1));
}

function shown(file: string): string {
  return relative(process.cwd(), file);
}

function account(totals: Totals, result: FileResult): void {
  totals.files++;
  totals.passed += result.passed;
  totals.failed += result.failed;
  totals.skipped += result.skipped;
}

function print(result: FileResult, totals: Totals, files: number): void {
  const seconds = (result.ms / 1000).toFixed(1);
  if (result.failed > 0) console.log(`FAIL ${shown(result.file)}\n${result.output}${result.errors.join('\n')}\n`);
  else if (result.skipped > 0) console.log(`skipped ${result.skipped} of ${shown(result.file)}: ${reasonOf(result.output)}`);
  else if (result.ms > SLOW_MS) console.log(`slow ${shown(result.file)}: ${result.passed} tests in ${seconds} s`);
  const isDue = totals.files % PROGRESS_EVERY === 0 && totals.files < files;
  if (isDue) console.log(`... ${totals.files} of ${files} files, ${totals.passed} tests passed`);
}

/** Why tests of a file were skipped: what it printed after `skipped: `. */
function reasonOf(output: string): string {
  const reasons = output.split('\n').flatMap((line) => (line.startsWith('skipped: ') ? [line.slice('skipped: '.length)] : []));
  return reasons.length === 0 ? 'it gave no reason' : reasons.join('; ');
}

/** One child at a time works off the queue; a child that dies or hangs takes only its file with it. */
class Lane {
  private child: ChildProcess | undefined;
  private readonly timeoutMs: number;

  constructor(timeoutSeconds: number) {
    this.timeoutMs = timeoutSeconds * 1000;
  }

  run(file: string): Promise<FileResult> {
    const child = this.child ?? fork(WORKER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.child = child;
    const started = performance.now();
    return new Promise((settle) => {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        child.kill('SIGKILL');
      }, this.timeoutMs);
      const finish = (result: FileResult): void => {
        clearTimeout(timer);
        child.removeAllListeners();
        settle(result);
      };
      child.on('message', (message: FileResult) => { finish(message); });
      child.on('error', () => { child.kill('SIGKILL'); });
      child.on('exit', (code, signal) => {
        this.child = undefined;
        const how = signal ?? `exit ${code ?? 0}`;
        const ending = isLate ? `did not finish in ${this.timeoutMs / 1000} s` : `ended its process (${how})`;
        finish({ file, passed: 0, failed: 1, skipped: 0, ms: performance.now() - started, output: '', errors: [ending] });
      });
      child.send(file);
    });
  }

  /** Lets the child end by itself, so that coverage is written. */
  async close(): Promise<void> {
    const child = this.child;
    if (child === undefined) return;
    await new Promise((settle) => {
      child.once('exit', settle);
      child.disconnect();
    });
  }

  kill(): void {
    this.child?.kill('SIGKILL');
  }
}

function closingLine(totals: Totals): string {
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
  return `${totals.passed} passed, ${totals.failed} failed${skipped}`;
}

async function main(): Promise<number> {
  const settings = settingsFrom(process.argv.slice(2));
  const files = testFiles(settings);
  const totals: Totals = { files: 0, passed: 0, failed: 0, skipped: 0 };
  const lanes = Array.from({ length: Math.min(settings.jobs, files.length) }, () => new Lane(settings.timeoutSeconds));
  process.once('SIGINT', () => {
    for (const lane of lanes) lane.kill();
    console.log(`interrupted after ${totals.files} of ${files.length} files\n${closingLine(totals)}`);
    process.exit(130);
  });
  const started = performance.now();
  const queue = [...files];
  await Promise.all(lanes.map(async (lane) => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const result = await lane.run(file);
      account(totals, result);
      print(result, totals, files.length);
    }
    await lane.close();
  }));
  const total = totals.passed + totals.failed;
  const matching = settings.only === '' ? '' : ` has ${settings.only} in its path`;
  if (total === 0) console.log(`no test ran: no *.test.ts under ${settings.folders.join(', ')}${matching}`);
  console.log(`${files.length} files in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  console.log(closingLine(totals));
  return totals.failed > 0 || total === 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Usage)) throw error;
  console.error(`${error.message}\n${USAGE}`);
  process.exitCode = 1;
}
