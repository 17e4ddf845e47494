/** Plans whose clients do the same in another place, and those whose recipes are scripts. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import type { ClientScript } from '../client/script.ts';
import type { Plan } from '../plan/plan.ts';
import { runPlan } from '../run/run.ts';
import { SeedChooser } from '../world/chooser.ts';
import { AskedSink } from './as-script.ts';
import { directoriesOf, elsewhere } from './places.ts';

const test = suite('places');

function planOf(clients: readonly Partial<ClientScript>[]): Plan {
  const plan = SCENARIOS.find(({ name }) => name === 'calm')?.plan('1');
  if (plan === undefined) throw new Error('there is no scenario calm');
  const servers = plan.members.map(({ id }) => id);
  const idle: ClientScript = { servers, sessionTimeoutMs: 4000, operations: [], closeAtEnd: false };
  return { ...plan, clients: clients.map((client) => ({ ...idle, ...client })) };
}

function scripted(...paths: string[]): Partial<ClientScript> {
  const operations = paths.map((path) => ({ afterMs: 0, waitForReply: true, request: { kind: 'exists' as const, path } }));
  return { operations };
}

function pathsOf({ clients }: Plan): string[] {
  return clients.flatMap(({ operations }) => operations.map(({ request }) => ('path' in request ? request.path : '')));
}

test('what is below a directory is below the root; what is beside it stays', () => {
  const plan = planOf([scripted('/a/b/c', '/a', '/ab/d', '$0/e'), scripted('/zookeeper/quota/a/f')]);
  assert.equal(directoriesOf(plan), ['/a', '/ab', '/a/b']);
  assert.equal(pathsOf(elsewhere(plan, '/a')), ['/b/c', '/', '/ab/d', '$0/e', '/zookeeper/quota/a/f']);
  assert.equal(pathsOf(elsewhere(plan, '/a/b')), ['/c', '/a', '/ab/d', '$0/e', '/zookeeper/quota/a/f']);
});

const line = { path: '/line', turns: [{ afterMs: 0, holdMs: 0 }] };
const queue = planOf([
  { recipe: { ...line, kind: 'producer', name: 'one' } },
  { recipe: { ...line, kind: 'consumer', name: 'two' } },
  scripted('/line/x'),
]);

test('a recipe keeps to a directory, and whoever looks into it goes with it', () => {
  const moved = elsewhere(queue, '/line');
  assert.equal(moved.clients.map(({ recipe }) => recipe?.path), ['/zookeeper', '/zookeeper', undefined]);
  assert.equal(pathsOf(moved), ['/zookeeper/x']);
  assert.equal(directoriesOf(moved), []);
});

test('a client that followed a recipe asks for the same by a script', () => {
  const plan = planOf([{ recipe: { ...line, kind: 'producer', name: 'one' } }, scripted('/')]);
  const asked = new AskedSink();
  const before = runPlan(plan, new SeedChooser('1'), { properties: [], trace: asked });
  const script = asked.scripted(plan, 0);
  if (script === null) throw new Error('what a producer asks for can be said in a script');
  assert.is(script.clients[0]?.recipe, undefined);
  // In vain without the parent, then the parent, then its element.
  const paths = script.clients[0]?.operations.map(({ request }) => ('path' in request ? request.path : request.kind));
  assert.equal(paths, ['/line/qn-', '/line', '/line/qn-']);
  const after = runPlan(script, new SeedChooser('1'), { properties: [] });
  assert.equal(after.counts.operations, before.counts.operations);
  assert.equal(after.counts.errors, before.counts.errors);
  assert.is(asked.scripted(plan, 1), null);
});

test.run();
