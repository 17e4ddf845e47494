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
import { churn } from '../../scenarios/churn.ts';
import { zabSmall } from '../../scenarios/zab-small.ts';
import { NO_SESSION } from '../base/session-id.ts';
import { makeZxid } from '../base/zxid.ts';
import type { Fact } from '../io/fact.ts';
import type { Plan } from '../plan/plan.ts';
import { runPlan } from '../run/run.ts';
import { encodeTxn } from '../wire/transaction-codec.ts';
import type { Txn } from '../wire/transactions.ts';
import { SeedChooser } from '../world/chooser.ts';
import { DEFAULT_SETTINGS } from '../world/settings.ts';
import { TlaTrace } from './tla.ts';

const test = suite('tla');

const DIGEST = { high: 0, low: 0 };

function small(operations: number): TlaTrace {
  const plan = zabSmall.plan({ servers: 3, clients: operations > 0 ? 1 : 0, operations });
  const made = new TlaTrace([1, 2, 3]);
  follow(made, { ...plan, settings: DEFAULT_SETTINGS, safetyMs: 3000, tailMs: 0 });
  return made;
}

function follow(made: TlaTrace, plan: Plan, seed = '1'): void {
  const fact: TlaTrace['see'] = (each, node) => { made.see(each, node); };
  runPlan(plan, new SeedChooser(seed), { properties: [], trace: { event: () => undefined, fact } });
}

/** Of the first seeds of churn with three servers, one that is like that. */
function firstThat(isSo: (made: TlaTrace) => boolean): TlaTrace {
  for (let seed = 1; seed < 100; seed += 1) {
    const plan = churn.plan(String(seed));
    if (plan.members.length !== 3) continue;
    const made = new TlaTrace([1, 2, 3]);
    follow(made, plan, String(seed));
    if (isSo(made)) return made;
  }
  throw new Error('no seed is like that');
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

/** Server 1 has accepted and adopted epoch 1 of server 2, and serves. */
function follower(): TlaTrace {
  const made = new TlaTrace([1, 2, 3]);
  const facts: readonly Fact[] = [
    { kind: 'elected', leader: 2, round: 1 }, { kind: 'acceptedEpoch', epoch: 1 }, { kind: 'currentEpoch', epoch: 1 },
    { kind: 'synchronized', leader: 2, epoch: 1, mode: 'DIFF' },
  ];
  for (const fact of facts) made.see(fact, 1);
  return made;
}

function txn(counter: number): Txn {
  const header = { clientId: NO_SESSION, cxid: 0, zxid: makeZxid(1, counter), time: 0 };
  return encodeTxn(header, { kind: 'error', err: -101 }, null);
}

function append(made: TlaTrace, counter: number, node = 1): void {
  made.see({ kind: 'appended', txn: txn(counter) }, node);
}

test('a commit that came behind a proposal is shown behind it, though the disk is slower', () => {
  const made = follower();
  append(made, 1);
  append(made, 2);
  made.see({ kind: 'durable', zxid: makeZxid(1, 1) }, 1);
  made.see({ kind: 'applied', txn: txn(1), digest: DIGEST }, 1);
  assert.is(shownBy(made, 1).at(-1), 'FOLLOWING 1 1 <<1, 1>> 0');
  made.see({ kind: 'durable', zxid: makeZxid(1, 2) }, 1);
  assert.equal(shownBy(made, 1).slice(-2), ['FOLLOWING 1 1 <<1, 1>>, <<1, 2>> 0', 'FOLLOWING 1 1 <<1, 1>>, <<1, 2>> 1']);
});

test('what a crash took before it was durable was never there, unless somebody else has it', () => {
  for (const isSent of [false, true]) {
    const made = follower();
    append(made, 1);
    made.see({ kind: 'durable', zxid: makeZxid(1, 1) }, 1);
    append(made, 2);
    if (isSent) append(made, 2, 3);
    made.see({ kind: 'crashed', node: 1, cause: 'fault', detail: '' }, 0);
    made.see({
      kind: 'recovered', lastZxid: makeZxid(1, 1), digest: DIGEST, acceptedEpoch: 1, currentEpoch: 1, tornTail: false,
    }, 1);
    assert.equal(shownBy(made, 1).slice(-2), ['FOLLOWING 1 1 <<1, 1>> 0', 'LOOKING 1 1 <<1, 1>> 0']);
    assert.is(made.hasLost, isSent);
  }
});

test('what came by DIFF or by a snapshot shows when the epoch is adopted', () => {
  const made = follower();
  append(made, 1);
  made.see({ kind: 'durable', zxid: makeZxid(1, 1) }, 1);
  made.see({ kind: 'elected', leader: 1, round: 1 }, 3);
  made.see({ kind: 'snapshotInstalled', zxid: makeZxid(1, 1), digest: DIGEST }, 3);
  append(made, 2, 3);
  made.see({ kind: 'durable', zxid: makeZxid(1, 2) }, 3);
  assert.is(shownBy(made, 3).at(-1), 'FOLLOWING 0 0  0');
  made.see({ kind: 'currentEpoch', epoch: 1 }, 3);
  assert.is(shownBy(made, 3).at(-1), 'FOLLOWING 0 1 <<1, 1>>, <<1, 2>> 0');
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
  console.log('  skipped: TLC on small runs; set VIVARIUM_JAVA, VIVARIUM_TLC_JAR and VIVARIUM_ZAB_TLA');
} else {
  const tlc = (made: TlaTrace): string => {
    const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
    try {
      writeFileSync(join(directory, 'ZabTrace.tla'), made.module('ZabTrace').join('\n'));
      writeFileSync(join(directory, 'ZabTrace.cfg'), made.config().join('\n'));
      copyFileSync(specification, join(directory, 'Zab.tla'));
      return spawnSync(java, ['-cp', jar, 'tlc2.TLC', '-nowarning', 'ZabTrace'], { cwd: directory, encoding: 'utf8' }).stdout;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  };

  test('TLC finds a behaviour of the specification that shows what a small run showed', () => {
    assert.match(tlc(small(2)), /Invariant NotFollowed is violated/);
  });

  test('and of a run in which leaders and followers crash', () => {
    const made = firstThat((trace) => !trace.hasLost && trace.highestEpoch > 1 && trace.length < 180);
    assert.match(tlc(made), /Invariant NotFollowed is violated/);
  });

  test('TLC finds none where a leader commits what nobody else has', () => {
    const made = small(0);
    const leader = [1, 2, 3].find((id) => shownBy(made, id).at(-1)?.startsWith('LEADING')) ?? 0;
    append(made, 1, leader);
    made.see({ kind: 'committed', txn: txn(1) }, leader);
    for (const id of [1, 2, 3].filter((each) => each !== leader)) {
      append(made, 1, id);
      made.see({ kind: 'durable', zxid: makeZxid(1, 1) }, id);
    }
    assert.match(tlc(made), /No error has been found/);
  });
}

test.run();
