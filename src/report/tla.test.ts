/**
 * Runs in the words of the published specification: the mapping as tables, and TLC's opinion of a small run where it is
 * given. Set VIVARIUM_JAVA, VIVARIUM_TLC_JAR and VIVARIUM_ZAB_TLA (the specification's file) for that.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { zabSmall } from '../../scenarios/zab-small.ts';
import { runPlan } from '../fuzz/run.ts';
import { SeedChooser } from '../world/chooser.ts';
import { DEFAULT_SETTINGS } from '../world/settings.ts';
import { TlaTrace } from './tla.ts';

const test = suite('tla');

function small(operations: number): TlaTrace {
  const plan = zabSmall.plan({ servers: 3, clients: operations > 0 ? 1 : 0, operations });
  const made = new TlaTrace([1, 2, 3]);
  const fact: TlaTrace['see'] = (each, node) => { made.see(each, node); };
  const timed = { ...plan, settings: DEFAULT_SETTINGS, safetyMs: 3000, tailMs: 0 };
  runPlan(timed, new SeedChooser('1'), { properties: [], trace: { event: () => undefined, fact } });
  return made;
}

/** What one server showed. */
function shownBy(made: TlaTrace, id: number): string[] {
  const text = made.module('T').join('\n');
  const own = text.slice(text.indexOf(`  s${id} :> `)).split(/\n {2}s\d|\n\n/)[0] ?? '';
  const shown = own.matchAll(/(LOOKING|FOLLOWING|LEADING), (\d+), (\d+), <<(.*?)>>, (\d+) >>/g);
  return [...shown].map((match) => match.slice(1).join(' '));
}

test('a server that leads shows election, epoch, adoption and commits in the order of the specification', () => {
  const made = small(1);
  const shown = [1, 2, 3].map((id) => shownBy(made, id));
  const leading = shown.find((lines) => lines.some((line) => line.startsWith('LEADING'))) ?? [];
  assert.equal(leading.slice(0, 4), ['LOOKING 0 0  0', 'LEADING 0 0  0', 'LEADING 1 0  0', 'LEADING 1 1  0']);
  assert.equal(leading.slice(4), [
    'LEADING 1 1 <<1, 1>> 0', 'LEADING 1 1 <<1, 1>> 1', 'LEADING 1 1 <<1, 1>>, <<1, 2>> 1', 'LEADING 1 1 <<1, 1>>, <<1, 2>> 2',
  ]);
});

test('a follower ends with the history of the leader, all of it committed', () => {
  const made = small(1);
  const ends = [1, 2, 3].map((id) => shownBy(made, id).at(-1)?.replace(/^\w+ /, ''));
  assert.equal(ends, Array.from({ length: 3 }, () => '1 1 <<1, 1>>, <<1, 2>> 2'));
});

test('a server that dies looks again, keeps its history, and knows of no commit', () => {
  const made = small(1);
  made.see({ kind: 'crashed', node: 2, cause: 'fault', detail: '' }, 0);
  assert.is(shownBy(made, 2).at(-1), 'LOOKING 1 1 <<1, 1>>, <<1, 2>> 0');
});

test('every constant of the specification has a value', () => {
  const made = small(0);
  const config = made.config().join('\n');
  for (const name of ['LOOKING', 'BROADCAST', 'COMMITLD', 's3']) assert.match(config, new RegExp(`  ${name} = ${name}`));
  assert.match(config, /Server = \{s1, s2, s3\}/);
});

const given = ['VIVARIUM_JAVA', 'VIVARIUM_TLC_JAR', 'VIVARIUM_ZAB_TLA'].map((name) => process.env[name]);
const [java, jar, specification] = given;
if (java === undefined || jar === undefined || specification === undefined) {
  console.log('  skipped: TLC on a small run; set VIVARIUM_JAVA, VIVARIUM_TLC_JAR and VIVARIUM_ZAB_TLA');
} else {
  test('TLC finds a behaviour of the specification that shows what a small run showed', () => {
    const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
    try {
      const made = small(0);
      writeFileSync(join(directory, 'ZabTrace.tla'), made.module('ZabTrace').join('\n'));
      writeFileSync(join(directory, 'ZabTrace.cfg'), made.config().join('\n'));
      copyFileSync(specification, join(directory, 'Zab.tla'));
      const argv = ['-cp', jar, 'tlc2.TLC', '-nowarning', 'ZabTrace'];
      const { stdout } = spawnSync(java, argv, { cwd: directory, encoding: 'utf8' });
      assert.match(stdout, /Invariant NotFollowed is violated/);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
}

test.run();
