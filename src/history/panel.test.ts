/** The panel: judging forks, a judge alone says what it says among others, and the first breach is kept. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fork } from '../base/fork.ts';
import { makeZxid, ZXID_ZERO } from '../base/zxid.ts';
import type { History } from './history.ts';
import type { At } from './at.ts';
import { Judge, type Property } from './judge.ts';
import type { JudgedFact } from './judged-fact.ts';
import { Panel } from './panel.ts';
import { ALICE, created, Script, TRIO, txn } from './testing.ts';

const test = suite('panel');

/** Objects to every second transaction. */
class Even extends Judge {
  see(fact: JudgedFact, at: At, _history: History): void {
    this.judged++;
    if (fact.kind === 'ordered' && fact.txn.zxid % 2 === 0) this.violate('even', at);
    else if (fact.kind === 'ordered') this.exempt('odd');
  }
}

const even: Property = {
  name: 'even',
  codes: [],
  kind: 'safety',
  promise: 'No transaction has an even zxid.',
  source: 'this test',
  reads: ['ordered'],
  exemptions: [{ name: 'odd', source: 'arithmetic' }],
  mutants: [],
  create: (): Judge => new Even(),
};

test('the first breach is kept, all are reported, exemptions are counted', () => {
  const script = new Script(even).begin();
  for (let counter = 3; counter <= 6; counter++) script.write(txn(1, counter, created(`/n${counter}`, counter - 2)));
  const report = script.end();
  assert.equal([report.verdict, report.judged, report.exempted, report.violations.length], ['violated', 6, [['odd', 3]], 3]);
  assert.equal(script.panel.violation, report.violations[0]);
});

test('a fork goes on by itself, and to the same end', () => {
  const script = new Script(even).begin();
  const copy = fork(script.panel);
  const entry = txn(1, 3, created('/a', 1), ALICE, 1);
  script.write(entry);
  assert.is(copy.history.truth.length, 2);
  const other = new Script(even).begin();
  const { panel } = other;
  assert.equal(fork(panel).reports(), panel.reports());
  other.write(entry);
  assert.equal(other.end(), script.end());
});

test('the truth log: found by zxid, gaps and epochs included', () => {
  const { panel } = new Script(even)
    .begin()
    .establish(2, [3], 3, makeZxid(1, 2))
    .write(txn(3, 1, created('/a', 1)), 2, [2, 3]);
  const { history } = panel;
  assert.equal(
    [ZXID_ZERO, makeZxid(1, 1), makeZxid(1, 2), makeZxid(1, 9), makeZxid(3, 0), makeZxid(3, 1), makeZxid(4, 0)].map((z) =>
      history.positionUpTo(z),
    ),
    [-1, 0, 1, 1, 1, 2, 2],
  );
  assert.equal(
    [ZXID_ZERO, makeZxid(1, 2), makeZxid(3, 0), makeZxid(3, 1)].map((z) => history.isKnownZxid(z)),
    [true, true, true, true],
  );
  assert.equal(
    [makeZxid(1, 3), makeZxid(2, 0), makeZxid(3, 2)].map((z) => history.isKnownZxid(z)),
    [false, false, false],
  );
});

test('facts that fit nothing are judged, never thrown at', () => {
  const panel = new Panel([even], TRIO);
  const stray = txn(7, 7, created('/no/parent', 1), ALICE, 3);
  for (const node of [1, 9]) {
    panel.see({ kind: 'applied', txn: stray, digest: { high: 0, low: 0 } }, node, 0, 1);
    panel.see({ kind: 'committed', txn: stray }, node, 0, 1);
    panel.see({ kind: 'truncated', zxid: makeZxid(7, 9) }, node, 0, 1);
    panel.see({ kind: 'snapshotInstalled', zxid: makeZxid(9, 9), digest: { high: 0, low: 0 } }, node, 0, 1);
    panel.see({ kind: 'durable', zxid: makeZxid(9, 9) }, node, 0, 1);
    panel.see({ kind: 'established', epoch: 3, lastZxid: makeZxid(9, 9) }, node, 0, 1);
  }
  panel.see({ kind: 'replied', sessionId: ALICE, cxid: 5, zxid: makeZxid(8, 8), err: 0, response: null }, 1001, 0, 1);
  panel.see({ kind: 'appended', txn: stray }, 1, 0, 1);
  panel.see({ kind: 'established', epoch: 8, lastZxid: stray.zxid }, 1, 0, 1);
  panel.finish(1);
  assert.is(panel.history.truth.length, 1);
});

test.run();
