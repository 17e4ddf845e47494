/** Whose disk may be lost: a table of standings, and disks that are replaced in a world. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeZxid, ZXID_ZERO } from '../base/zxid.ts';
import { Atlas } from './atlas.ts';
import { imageOf, putImage, EMPTY_IMAGE } from './disk-image.ts';
import { SimulatedDisk } from './disk.ts';
import { bench, type Behaviour } from './probe.ts';

const test = suite('atlas');

/** Epoch served (0: none), accepted, adopted, and how far the log of epoch 2 is durable. */
type Row = readonly [serving: number, accepted: number, current: number, counter: number];

function atlasOf(rows: readonly Row[]): Atlas {
  const atlas = new Atlas();
  for (const [index, [serving, accepted, current, counter]] of rows.entries()) {
    const node = index + 1;
    atlas.add(node);
    atlas.see({ kind: 'acceptedEpoch', epoch: accepted }, node);
    atlas.see({ kind: 'currentEpoch', epoch: current }, node);
    atlas.see({ kind: 'durable', zxid: makeZxid(2, counter) }, node);
    if (serving > 0) atlas.see({ kind: 'established', epoch: serving, lastZxid: makeZxid(2, counter) }, node);
  }
  return atlas;
}

const TABLE: readonly (readonly [what: string, rows: readonly Row[], spared: boolean])[] = [
  ['the others have all of it', [[2, 2, 2, 5], [2, 2, 2, 5], [2, 2, 2, 5]], true],
  ['it lags behind', [[2, 2, 2, 3], [2, 2, 2, 5], [2, 2, 2, 5]], true],
  ['it alone acknowledged the last one', [[2, 2, 2, 6], [2, 2, 2, 5], [2, 2, 2, 5]], false],
  ['one of two others has less', [[2, 2, 2, 5], [2, 2, 2, 4], [2, 2, 2, 5]], false],
  ['one of two others serves nobody', [[2, 2, 2, 5], [0, 2, 2, 5], [2, 2, 2, 5]], false],
  ['it has promised a newer epoch', [[0, 3, 2, 5], [2, 2, 2, 5], [2, 2, 2, 5]], false],
  ['so have the others', [[0, 3, 2, 5], [2, 3, 2, 5], [2, 3, 2, 5]], true],
  ['one of four others may lag', [[2, 2, 2, 5], [2, 2, 2, 1], [2, 2, 2, 5], [2, 2, 2, 5], [2, 2, 2, 5]], true],
  ['two of four others may not', [[2, 2, 2, 5], [2, 2, 2, 1], [2, 2, 2, 1], [2, 2, 2, 5], [2, 2, 2, 5]], false],
  ['there is no other', [[2, 2, 2, 5]], false],
];
for (const [what, rows, spared] of TABLE) {
  test(`${what}: ${spared ? 'may' : 'may not'} be lost`, () => assert.is(atlasOf(rows).canSpare(1), spared));
}

test('who crashes or looks for a leader vouches for nobody; who does not vote is always spared', () => {
  const atlas = atlasOf([[2, 2, 2, 5], [2, 2, 2, 5], [2, 2, 2, 5]]);
  assert.is(atlas.canSpare(9), true);
  atlas.see({ kind: 'crashed', node: 2, cause: 'fault', detail: '' }, 2);
  assert.is(atlas.canSpare(1), false);
  const looking = atlasOf([[2, 2, 2, 5], [2, 2, 2, 5], [2, 2, 2, 5]]);
  looking.see({ kind: 'role', role: 'LOOKING', epoch: 2 }, 3);
  assert.is(looking.canSpare(1), false);
});

test('an image is what is durable, and stays what it was', () => {
  const disk = new SimulatedDisk();
  disk.append('a', new Uint8Array([1, 2]));
  disk.append('b', new Uint8Array([9]));
  disk.settleDirectory(disk.syncDirectory());
  const sync = disk.sync('a');
  assert.ok(sync !== undefined);
  disk.settle(sync);
  disk.append('a', new Uint8Array([3]));
  const image = imageOf(disk, 1);
  disk.append('a', new Uint8Array([4]));
  assert.equal([...image.files], [['a', new Uint8Array([1, 2])], ['b', new Uint8Array(0)]]);
  putImage(disk, EMPTY_IMAGE);
  assert.equal(disk.list(), []);
  putImage(disk, image);
  assert.equal(disk.read('a'), new Uint8Array([1, 2]));
  disk.append('a', new Uint8Array([5]));
  assert.equal([...image.files.values()][0], new Uint8Array([1, 2]));
});

/** Three voters that serve epoch 1 together; each writes a file with its own number and reads it when it starts. */
const voters: Behaviour = (event, io) => {
  if (event.kind === 'start') {
    io.list(1);
    io.append(`of-${io.self}`, new Uint8Array([io.self]), 0);
    io.sync(`of-${io.self}`, 2);
    io.syncDirectory(3);
    io.observe({ kind: 'acceptedEpoch', epoch: 1 });
    io.observe({ kind: 'currentEpoch', epoch: 1 });
    io.observe({ kind: 'established', epoch: 1, lastZxid: ZXID_ZERO });
  }
};

function listed(made: ReturnType<typeof bench>, node: number): (readonly string[])[] {
  return (made.heard.get(node) ?? []).flatMap(({ event }) => (event.kind === 'diskListed' ? [event.files] : []));
}

test('wipe, old image and clone: what the server finds afterwards, and what the world says of it', () => {
  const made = bench(3, voters, { voters: true });
  made.world.schedule(50, { kind: 'wipe', target: { node: 1 }, downMs: 10 });
  made.world.schedule(200, { kind: 'clone', target: { node: 2 }, downMs: 10 });
  made.world.schedule(300, { kind: 'oldImage', target: { node: 3 }, ageMs: 100, downMs: 10 });
  made.world.run(600);
  assert.equal(listed(made, 1), [[], []]);
  assert.is(listed(made, 2).length, 2);
  assert.not.equal(listed(made, 2)[1], ['of-2']);
  assert.equal(listed(made, 3), [[], ['of-3']]);
  for (const name of ['wipe', 'clone', 'oldImage']) {
    assert.equal(made.world.faults.find((row) => row.name === name), { name, fired: 1, effective: 1 });
  }
  const said = made.facts.flatMap(({ fact }) => (fact.kind === 'diskReplaced' ? [[fact.node, fact.image]] : []));
  assert.equal(said, [[1, 0], [2, 1], [3, 2]]);
});

test('a disk that the others cannot make up for is left alone, and an image that waits is forgotten on healing', () => {
  const alone = bench(2, voters, { voters: true });
  alone.world.schedule(50, { kind: 'wipe', target: { node: 1 }, downMs: 10 });
  alone.world.run(100);
  assert.equal(listed(alone, 1), [[]]);
  const made = bench(3, voters, { voters: true });
  made.world.schedule(50, { kind: 'oldImage', target: { node: 1 }, ageMs: 1000, downMs: 10 });
  made.world.run(100);
  made.world.heal();
  made.world.run(2000);
  assert.equal(listed(made, 1), [[]]);
});

test.run();
