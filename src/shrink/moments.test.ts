/** Luck by the clock: what happens at its moment keeps it, whatever else is left out. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RecordingChooser, SeedChooser } from '../world/chooser.ts';
import { ClockedChooser, MomentChooser } from './moments.ts';

const test = suite('moments');

/** Draws of one stream, each at its time in microseconds. */
type Asked = readonly (readonly [timeUs: number, name: string])[];

const asked: Asked = [[1000, 'send'], [1000, 'send'], [5000, 'sync'], [5000, 'send'], [9000, 'send']];

function record(): { readonly again: (other: Asked) => number[]; readonly drawn: readonly number[] } {
  let now = 0;
  const clocked = new ClockedChooser(new SeedChooser('a'), () => now);
  const recording = new RecordingChooser(clocked, { names: true });
  const answers = (stream: { below(bound: number, name: string): number }, all: Asked): number[] => all.map(([timeUs, name]) => {
    now = timeUs;
    return stream.below(1_000_000, name);
  });
  const drawn = answers(recording.stream('s'), asked);
  assert.equal(clocked.moments.get('s'), asked.map(([timeUs]) => timeUs));
  const again = (other: Asked): number[] => {
    const chooser = new MomentChooser(recording.tape(), recording.names(), clocked.moments, () => now);
    return answers(chooser.stream('s'), other);
  };
  return { again, drawn };
}

test('the same draws at the same moments are answered as they were', () => {
  const { again, drawn } = record();
  assert.equal(again(asked), drawn);
});

test('what is left out takes its luck with it, and what is new has none', () => {
  const { again, drawn } = record();
  assert.equal(again(asked.slice(2)), drawn.slice(2));
  const other: Asked = [[1000, 'send'], [3000, 'send'], [5000, 'send'], [9000, 'sync'], [9000, 'send']];
  assert.equal(again(other), [drawn[0], 0, drawn[3], 0, drawn[4]]);
});

test('a moment is a little while, and not longer', () => {
  const { again, drawn } = record();
  assert.equal(again([[5300, 'send']]), [drawn[3]]);
  assert.equal(again([[8700, 'send']]), [drawn[4]]);
  assert.equal(again([[7000, 'send']]), [0]);
});

test.run();
