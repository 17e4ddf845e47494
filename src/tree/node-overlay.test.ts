import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fork } from '../base/fork.ts';
import { NO_SESSION } from '../base/session-id.ts';
import { makeZxid } from '../base/zxid.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { NodeOverlay, type Nodes } from './node-overlay.ts';
import { NO_NODES, NodeTable } from './node-table.ts';
import { Bench, bytes, content, create, remove, set, text } from './testing.ts';
import { ZNode } from './znode.ts';

const test = suite('tree/node-overlay');

const POOL: readonly string[] = ['', ...Array.from({ length: 12 }, (_, i) => `/n${i}`)];

/** Adds or changes. */
function put(nodes: Nodes, path: string, data: string): void {
  const node = nodes.get(path);
  if (node !== undefined) nodes.own(node).setData(bytes(data), 1, makeZxid(1, 2), 6);
  else nodes.add(ZNode.created(nodes.stamp, path, bytes(data), OPEN_ACL_UNSAFE, makeZxid(1, 1), 5, NO_SESSION));
}

function contentsOf(nodes: Nodes): string[] {
  return POOL.filter((path) => nodes.has(path)).map((path) => `${path}=${text(nodes.get(path)?.data)}`);
}

test('shows the table with its own changes, which the table and its forks never see', () => {
  const step = fc.tuple(fc.constantFrom(...POOL), fc.constantFrom('put', 'put', 'delete', 'fork', 'atop', 'share'));
  const paths = fc.array(fc.constantFrom(...POOL), { maxLength: 12 });
  fc.assert(fc.property(paths, fc.array(step, { maxLength: 40, size: 'max' }), (before, steps) => {
    const table = new NodeTable(NO_NODES);
    for (const path of before) put(table, path, 'below');
    const below = contentsOf(table);
    const model = new Map(before.map((path) => [path, 'below']));
    let nodes = new NodeOverlay(table);
    const shared: { readonly differences: ReturnType<NodeOverlay['share']>; readonly texts: readonly (string | null)[] }[] = [];
    for (const [index, [path, kind]] of steps.entries()) {
      if (kind === 'put') {
        put(nodes, path, `${index}`);
        model.set(path, `${index}`);
      } else if (kind === 'delete') {
        if (model.delete(path)) nodes.delete(path);
      } else if (kind === 'atop') {
        const atop = new NodeOverlay(nodes);
        put(atop, path, 'forgotten');
        assert.is(text(atop.get(path)?.data), 'forgotten');
      } else if (kind === 'share') {
        const differences = nodes.share();
        shared.push({ differences, texts: differences.map(([, node]) => text(node?.data)) });
      } else {
        const left = nodes;
        nodes = fork(nodes);
        put(left, path, 'seen by nobody');
      }
      assert.is(nodes.size, model.size);
      assert.is(text(nodes.prefix(`${path}/below`, path.length)?.data), model.get(path) ?? null);
    }
    assert.equal(contentsOf(nodes), POOL.filter((path) => model.has(path)).map((path) => `${path}=${model.get(path) ?? ''}`));
    assert.equal(contentsOf(table), below);
    for (const { differences, texts } of shared) assert.equal(differences.map(([, node]) => text(node?.data)), texts);
  }), { seed: 6, numRuns: 300 });
});

test('where writes never cease, each is prepared as if the others were applied, and what is applied is forgotten', () => {
  const [piped, plain] = [new Bench(), new Bench()];
  for (const bench of [piped, plain]) bench.write(create('/p'));
  const inFlight = 100;
  for (let i = 0; i < 3000; i++) {
    const kind = i % 5;
    const name = `/p/${Math.floor(i / 5) % 7}-${Math.floor(i / 35)}`;
    const request = kind === 0 ? create(name) : kind === 3 ? create('/p/s-', 2) : kind === 4 ? remove(name) : set(name, `${i}`);
    const body = piped.propose(request);
    plain.write(request);
    assert.equal(body, plain.log.at(-1)?.body);
    assert.equal(piped.pending.digest(piped.tree), plain.tree.digest);
    if (i >= inFlight) {
      piped.commit(1);
      const nodes = piped.pending.ahead?.nodes;
      assert.ok(nodes instanceof NodeOverlay && nodes.differenceCount <= 1000);
    }
  }
  piped.commit();
  assert.is(piped.pending.ahead, null);
  assert.equal(content(piped.tree), content(plain.tree));
});

test.run();
