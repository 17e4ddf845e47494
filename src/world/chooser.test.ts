/** A tape replays what a seed drew, stream by stream, and says where it no longer fits. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Chooser, RecordingChooser, SeedChooser, TapeChooser } from './chooser.ts';

const test = suite('chooser');

function play(chooser: Chooser): number[] {
  const drawn: number[] = [];
  for (let i = 0; i < 20; i++) {
    drawn.push(chooser.stream('a').below(10 + i, 'x'));
    if (i % 3 === 0) drawn.push(chooser.stream('b').below(1000, 'y'));
    if (i % 5 === 0) drawn.push(chooser.stream('b').chance(1, 3, 'z') ? 1 : 0);
  }
  return drawn;
}

test('a tape answers as the seed did', () => {
  const recording = new RecordingChooser(new SeedChooser('7'), { names: true });
  const drawn = play(recording);
  assert.equal(drawn, play(new SeedChooser('7')));
  const replay = new TapeChooser(structuredClone(recording.tape()), 'other');
  assert.equal(play(replay), drawn);
  assert.is(replay.missing, 0);
  assert.is(replay.bent, 0);
  assert.equal(recording.names().map(([label, names]) => [label, names[0], names.length]), [['a', 'x', 20], ['b', 'y', 11]]);
});

test('past the end of one stream the fallback answers; the others are not shifted', () => {
  const recording = new RecordingChooser(new SeedChooser('7'));
  const drawn = play(recording);
  const tape = recording.tape().map(([label, draws]) => [label, label === 'a' ? draws.slice(0, 5) : draws] as const);
  const replay = new TapeChooser(tape, 'fallback');
  const again = play(replay);
  assert.is(replay.missing, 15);
  assert.is(again.length, drawn.length);
  assert.is(again[1], drawn[1]);
  assert.equal(play(new TapeChooser(tape, 'fallback')), again);
});

test('a value that does not fit is bent below the bound and counted', () => {
  const chooser = new TapeChooser([['a', [7]]], 's');
  assert.is(chooser.stream('a').below(5, 'x'), 2);
  assert.is(chooser.bent, 1);
});

test('zero means that nothing bad happens, and a bound of one draws nothing', () => {
  const chooser = new TapeChooser([['a', [0, 2]]], 's');
  assert.is(chooser.stream('a').chance(1, 3, 'x'), false);
  assert.is(chooser.stream('a').below(1, 'x'), 0);
  assert.is(chooser.stream('a').chance(1, 3, 'x'), true);
  assert.is(chooser.missing, 0);
});

test.run();
