/** That nothing which ZooKeeper's configuration may say is passed over: a key is honoured, or named with what becomes of it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { emptyDraft } from './config-draft.ts';
import { parseConfigFile } from './config-file.ts';
import type { ParsedConfig } from './config-file.ts';
import { HONOURED, IGNORED, REFUSED } from './config-keys.ts';

const test = suite('configuration keys');

const MINIMAL = 'dataDir=/d\nclientPort=2181\n';
const parse = (line: string): ParsedConfig => parseConfigFile({ text: `${MINIMAL}${line}\n`, myid: null, dynamic: null });

const text = readFileSync(resolve(import.meta.dirname, 'zookeeper-keys.txt'), 'utf8');
const lines = text.split('\n').filter((line) => !/^(#|$)/.test(line));
const keys = lines.flatMap((line) => line.split(' ').map((key) => key.replace('~', '')));
/** Those that ZooKeeper knows only as properties of the Java virtual machine, where there is no prefix. */
const bare = lines.flatMap((line) => line.split(' ')).filter((key) => key.startsWith('~')).map((key) => key.slice(1));

test('the list is long, and says nothing twice', () => {
  assert.ok(keys.length > 200, `${keys.length} keys`);
  assert.equal(keys.filter((key, index) => keys.indexOf(key) !== index), []);
});

test('each key of ZooKeeper is honoured, or ignored or refused with a line that names it and says why', () => {
  const silent: string[] = [];
  for (const key of keys.filter((each) => !HONOURED.has(each))) {
    for (const name of bare.includes(key) ? [key] : [key, `zookeeper.${key}`]) {
      const { errors, notes } = parse(`${name}=what nobody expects`);
      const said = [...errors, ...notes].filter((line) => /^[^ =]+/.exec(line)?.[0] === name);
      if (said.length !== 1 || said.join().includes('no server here knows this key')) silent.push(name);
    }
  }
  assert.equal(silent, []);
});

test('what is honoured in part says which part is not', () => {
  assert.equal(parse('snapshotSizeFactor=-1').notes.filter((line) => line.includes('snapshotSizeFactor')), []);
  assert.match(parse('snapshotSizeFactor=0.5').notes.join('\n'), /^snapshotSizeFactor is honoured in part: a learner/m);
});

/** One of them says something else than nothing does, of whatever kind the key is. */
const VALUES = ['7', '7777', '0.7', 'true', 'false', 'no', 'yes', 'a,b', 'need', 'want', 'org.example.PrometheusMetricsProvider'];

test('what is honoured is written down, and is a key of ZooKeeper’s', () => {
  const untold = JSON.stringify(emptyDraft());
  for (const [key, setter] of HONOURED) {
    assert.ok(keys.includes(key), key);
    const drafts = VALUES.map((value) => {
      const draft = emptyDraft();
      setter(draft, value);
      return JSON.stringify(draft);
    });
    assert.ok(drafts.some((draft) => draft !== untold), `${key} changes nothing`);
  }
});

test('no key is in two tables', () => {
  for (const key of HONOURED.keys()) assert.not.ok(IGNORED.has(key) || REFUSED.has(key), key);
  for (const key of IGNORED.keys()) assert.not.ok(REFUSED.has(key), key);
});

const OF_CONTAINERS: readonly (readonly [string, (parsed: ParsedConfig) => unknown])[] = [
  ['znode.container.checkIntervalMs', ({ config }) => config?.containerCheckIntervalMs],
  ['znode.container.maxPerMinute', ({ config }) => config?.containerMaxPerMinute],
  ['znode.container.maxNeverUsedIntervalMs', ({ config }) => config?.containerMaxNeverUsedIntervalMs],
];

test('the keys of containers are honoured, with ZooKeeper’s prefix or without', () => {
  for (const [key, read] of OF_CONTAINERS) {
    assert.equal([read(parse(`${key}=77`)), read(parse(`zookeeper.${key}=78`))], [77, 78]);
    assert.match(parse(`${key}=-1`).errors.join(), /^znode.container.[a-zA-Z]+ must be a whole number from/);
  }
});

test.run();
