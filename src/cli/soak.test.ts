/** Soaks, short ones: a sound ensemble holds, one with a bug planted does not, and nothing is left behind. */
import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeIo } from '../client/fake-io.ts';
import { repositoryRoot } from '../command/shell.ts';
import type { Shell } from '../command/shell.ts';
import { bundleWorker } from '../fuzz/bundle.ts';
import type { Io } from '../io/io.ts';
import { readTurns, Recorder, sharedNs, TurnFile } from '../soak/facts.ts';
import type { Turn } from '../soak/facts.ts';
import { drawSoakFaults } from '../soak/faults.ts';
import { runSoak } from '../soak/run.ts';
import type { SoakRecord } from '../soak/run.ts';
import { mutantNamed } from './planted.ts';
import { runProgram } from './program.ts';
import { judge, NOT_JUDGED, soak, SOAK_SERVER } from './soak.ts';

const test = suite('soak');

/** Without the quiet tail: of liveness nothing can be said. */
async function shortSoak(mutant: string | null): Promise<SoakRecord> {
  const bundle = await bundleWorker(repositoryRoot(), SOAK_SERVER, mutant === null ? [] : mutantNamed(mutant).edits);
  try {
    return await runSoak({
      servers: 3, clients: 4, operations: 200, seed: '2', forMs: 5000, quietMs: 300, script: bundle.script,
      signal: new AbortController().signal, progress: () => undefined,
    });
  } finally {
    bundle.remove();
  }
}

test('a turn is kept before anything of it gets out, its facts in order', () => {
  const io = new FakeIo();
  const turns: Turn[] = [];
  const seen: number[] = [];
  const inner = {
    handle: (_: unknown, turn: Io) => {
      turn.observe({ kind: 'acceptedEpoch', epoch: 1 });
      turn.close(7);
      turn.observe({ kind: 'acceptedEpoch', epoch: 2 });
    },
  };
  const recorder = new Recorder(inner, sharedNs(), (turn) => {
    seen.push(io.lines.length);
    turns.push(turn);
  });
  recorder.handle({ kind: 'start' }, io);
  assert.equal(seen, [0], 'nothing had got out');
  assert.is(io.lines.length, 1);
  assert.equal(turns[0]?.facts.map((fact) => fact.kind === 'acceptedEpoch' && fact.epoch), [1, 2]);
});

test('a turn that was half written when its writer was killed is left out, and only that one', () => {
  const directory = mkdtempSync(join(tmpdir(), 'vivarium-'));
  try {
    const path = join(directory, 'facts');
    const file = new TurnFile(path);
    for (const epoch of [1, 2]) file.write({ ns: epoch, facts: [{ kind: 'acceptedEpoch', epoch }] });
    file.close();
    assert.is(readTurns(path).length, 2);
    truncateSync(path, readFileSync(path).length - 1);
    assert.equal(readTurns(path), [{ ns: 1, facts: [{ kind: 'acceptedEpoch', epoch: 1 }] }]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('faults are a function of the seed, and name servers there are', () => {
  const faults = drawSoakFaults('5', 60_000, 3);
  assert.equal(faults, drawSoakFaults('5', 60_000, 3));
  assert.not.equal(faults, drawSoakFaults('6', 60_000, 3));
  for (const { server, other } of faults) assert.ok(server >= 1 && server <= 3 && other >= 0 && other <= 3 && other !== server);
  assert.equal([...new Set(faults.map(({ kind }) => kind))].sort(), ['cut', 'kill', 'pause', 'stall']);
});

test('a sound ensemble holds, and what matters was put to the test', async () => {
  const record = await shortSoak(null);
  const { finding, properties } = judge(record);
  assert.is(finding, null, finding?.sentence ?? '');
  assert.ok(record.counts.kills + record.counts.pauses + record.counts.cuts > 0);
  const judged = new Map(properties.map((report) => [report.property, report.judged]));
  for (const name of ['linearizable-writes', 'client-fifo', 'single-system-image', 'agreement', 'at-most-once']) {
    assert.ok((judged.get(name) ?? 0) > 0, `${name} judged nothing`);
  }
  for (const [name] of NOT_JUDGED) assert.not(judged.has(name));
});

test('an ensemble that applies requests twice is found out', async () => {
  const { outcome, finding } = judge(await shortSoak('forwarded-twice'));
  assert.is(outcome, 'safety');
  assert.is(finding?.property, 'at-most-once');
});

test('misuse is a sentence', async () => {
  for (const [argv, expected] of [
    [['--servers', '1'], /--servers takes 2 to 9/], [['--for', '0s'], /--for must be longer/],
    [['--for', 'long'], /must be a time/], [['three'], /takes flags only/],
  ] as const) {
    const said: string[] = [];
    const shell: Shell = {
      out: (line) => void said.push(line), err: (line) => void said.push(line), status: () => undefined, isTerminal: false,
      root: repositoryRoot(), reports: tmpdir(), signal: AbortSignal.abort(),
    };
    assert.is(await runProgram([soak], ['soak', ...argv], shell), 1);
    assert.match(said.join(' '), expected);
  }
});

test.run();
