/**
 * The child of the test front end: imports one test file after another, runs the suites that it registered with uvu, and sends
 * back what came of it. It counts a file without tests as failed, and an unhandled rejection as a failure of the file that was
 * running.
 */
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What came of one test file; `output` is what its tests wrote to stdout. */
export interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly ms: number;
  readonly output: string;
  readonly errors: readonly string[];
}

/** What uvu resolves a suite to: the errors as text (true when there were none), then passed, skipped and total. */
type SuiteRun = () => Promise<readonly [errors: string | true, passed: number, skipped: number, total: number]>;

declare global {
  // These two are uvu's own interface to a front end: where suites queue up, and that it must not start them by itself.
  var UVU_QUEUE: [string, ...SuiteRun[]][];
  var UVU_DEFER: number;
}

globalThis.UVU_DEFER = 1;
globalThis.UVU_QUEUE = [];

let rejections: string[] = [];
process.on('unhandledRejection', (reason) => rejections.push(`unhandled rejection: ${textOf(reason)}`));
process.on('SIGINT', () => process.exit(130));
process.on('message', (file) => {
  void runFile(String(file)).then((result) => process.send?.(result));
});

async function runFile(file: string): Promise<FileResult> {
  const started = performance.now();
  const errors: string[] = [];
  const counts = { passed: 0, failed: 0, skipped: 0 };
  rejections = [];
  const output = await captured(async () => {
    globalThis.UVU_QUEUE.splice(0, Infinity, [relative(process.cwd(), file)]);
    try {
      await import(pathToFileURL(file).href);
      await runSuites(counts, errors);
    } catch (error) {
      counts.failed++;
      errors.push(textOf(error));
    }
    // A rejection is reported only after the promises at hand have settled.
    await new Promise((settle) => setImmediate(settle));
  });
  counts.failed += rejections.length;
  errors.push(...rejections);
  if (counts.passed + counts.failed + counts.skipped === 0) {
    counts.failed = 1;
    errors.push('registers no test: define some, and call .run() on the suite');
  }
  return { file, ...counts, ms: performance.now() - started, output, errors };
}

async function runSuites(counts: { passed: number; failed: number; skipped: number }, errors: string[]): Promise<void> {
  const [, ...suites] = globalThis.UVU_QUEUE[0] ?? [''];
  for (const run of suites) {
    const [found, passed, skipped, total] = await run();
    counts.passed += passed;
    counts.skipped += skipped;
    counts.failed += total - passed;
    if (found !== true) errors.push(found);
    else if (passed < total) errors.push('a hook of the suite threw before its tests ran');
    if (total + skipped === 0) {
      counts.failed++;
      errors.push('a suite of this file is run without a test');
    }
  }
}

/** Runs `work` and returns what it wrote to stdout, which would otherwise mix with that of the other children. */
async function captured(work: () => Promise<void>): Promise<string> {
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  let text = '';
  stdout.write = (chunk: Uint8Array | string): boolean => {
    text += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk);
    return true;
  };
  const flush = (): void => { write(text); };
  process.once('exit', flush);
  await work();
  process.removeListener('exit', flush);
  stdout.write = write;
  return text;
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
