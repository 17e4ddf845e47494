/**
 * The client of `viv bench apache`, a process of its own, the same for either kind of server: it is told what to do to
 * which servers and answers with what it measured. How busy it was is part of the answer, since a client without time
 * to spare would measure itself. It ends with whoever started it; where that one was killed, it ends the servers too and removes
 * what they wrote, since Apache's cannot notice.
 */
import { rmSync } from 'node:fs';
import { NO_RESULT } from './load-job.ts';
import type { LoadAnswer, LoadJob, LoadResult, Remains } from './load-job.ts';
import { fanOut, firstAnswer, Probe } from './load-watch.ts';
import { fill, throughput } from './load-work.ts';

/** How long a server may take to come up. */
const START_PATIENCE_MS = 60_000;

let probe: Probe | null = null;

async function perform(job: LoadJob): Promise<LoadResult> {
  switch (job.kind) {
    case 'throughput':
      return throughput(job);
    case 'first': {
      const deadlineMs = performance.now() + START_PATIENCE_MS;
      return firstAnswer(job.servers, () => performance.now() > deadlineMs);
    }
    case 'fill':
      await fill(job.servers, job.root, job.count, job.size);
      return NO_RESULT;
    case 'fanOut':
      return fanOut(job.servers, job.path, job.watchers, job.rounds);
    case 'probe':
      probe = await Probe.start(job.servers);
      return NO_RESULT;
    case 'probed':
      if (probe === null) throw new Error('there is no probe');
      return probe.stop(job.sinceNs);
  }
}

async function answer(job: LoadJob): Promise<LoadAnswer> {
  try {
    return { kind: 'done', result: await perform(job) };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

let remains: Remains = { kind: 'remains', pids: [], directories: [] };

function clearUp(): void {
  for (const pid of remains.pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }
  // A server that is dying may still write.
  for (const directory of remains.directories) rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
}

process.on('message', (message: LoadJob | Remains) => {
  if (message.kind === 'remains') remains = message;
  else void answer(message).then((said) => process.send?.(said));
});
process.on('disconnect', () => {
  clearUp();
  process.exit(0);
});
// Ctrl-C is for whoever started this process.
process.on('SIGINT', () => undefined);
