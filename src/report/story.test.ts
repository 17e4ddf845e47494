/** The story tells what the verdict is about and leaves out the rest; the explanation finds the event that decided. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import { makeZxid } from '../base/zxid.ts';
import { Judge } from '../history/judge.ts';
import type { At } from '../history/at.ts';
import type { Property } from '../history/judge.ts';
import type { JudgedFact } from '../history/judged-fact.ts';
import { luckOf } from '../plan/lineage.ts';
import { noResult } from '../run/examine.ts';
import { explain } from '../run/explain.ts';
import { recordRun, recordedFailure } from '../run/record.ts';
import { StoryTeller, storyText } from './story.ts';

const test = suite('story');

test('an acknowledgement before the disk had it is told as such', () => {
  const teller = new StoryTeller();
  const zxid = makeZxid(1, 2);
  teller.fact({ kind: 'acked', zxid, to: 3 }, 1, 5, 10);
  teller.fact({ kind: 'durable', zxid }, 2, 6, 11);
  teller.fact({ kind: 'acked', zxid, to: 3 }, 2, 7, 12);
  teller.fact({ kind: 'acked', zxid: makeZxid(1, 1), to: 3 }, 2, 7, 13);
  teller.fact({ kind: 'crashed', node: 1, cause: 'power', detail: '' }, 1, 8, 14);
  const finding = { outcome: 'safety' as const, property: 'p', sentence: 'server 3 lacks 1:2', steps: [15], atMs: 9 };
  assert.equal(storyText(teller.story(noResult('five', '1', finding))).map((line) => line.slice(20)), [
    'server 1 acknowledged 0x100000002 to server 3 before its own disk had it',
    'server 2 had 0x100000002 on disk',
    'server 2 acknowledged 0x100000002 to server 3',
    'server 1 lost its power',
    'safety violated, p: server 3 lacks 1:2',
  ]);
});

class NoCrash extends Judge {
  see(fact: JudgedFact, at: At): void {
    if (fact.kind === 'crashed') this.violate('somebody crashed', at);
  }
}

const noCrash: Property = {
  name: 'no-crash', kind: 'safety', promise: 'Nobody crashes.', source: 'this test', codes: [], reads: ['crashed'],
  exemptions: [], mutants: [], create: () => new NoCrash(),
};

test('what is in the plan fails whatever the luck, and is named as what is needed', () => {
  const calm = SCENARIOS.find(({ name }) => name === 'calm')?.plan('1');
  if (calm === undefined) throw new Error('there is no calm');
  const fault = { kind: 'crash' as const, target: { node: 1 }, downMs: 10 };
  const plan = { ...calm, clients: [], faults: [{ atMs: 300, fault }] };
  const failure = recordedFailure(plan, recordRun(plan, luckOf('1'), [noCrash]), { judged: null, mutant: null });
  const why = explain(failure, [noCrash], 2, () => false);
  assert.is(why.decisive, null);
  assert.ok(why.curve.every(({ failing }) => failing === 2));
  assert.equal(why.needed, ['the crash at 300 ms']);
});

test.run();
