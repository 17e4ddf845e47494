/** Judges that are shared between states judge as those that are not: along walks, both come to the same. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allProperties } from '../../properties/index.ts';
import { zabSmall } from '../../scenarios/zab-small.ts';
import { seedStream } from '../base/random.ts';
import { subjectOf } from '../exploration/bridge.ts';
import { Panel } from '../history/panel.ts';
import { keyOf, printOf } from './print.ts';
import { Space } from './space.ts';

const test = suite('panels');
const LEFT_OUT = new Set(['judged', 'exempted', 'expectations', 'rules']);

test('a jury that shares what it did not tell anything is the jury that was told everything', () => {
  const bounds = { crashes: 2, partitions: 1, timeouts: 4, epochs: 9, rounds: 30 };
  const subject = subjectOf(zabSmall.plan({ servers: 3, operations: 2, clients: 2 }), bounds, allProperties);
  const space = new Space(subject);
  const told = new Set<string>();
  for (let seed = 1; seed <= 6; seed++) {
    const luck = seedStream(String(seed), 'walk');
    const plain = new Panel(subject.properties, subject.expectations);
    let connects = 0;
    let nowMs = 0;
    space.onFacts = (list) => {
      for (const fact of list.facts) {
        told.add(fact.kind);
        if (fact.kind === 'sessionConnected') connects++;
        const node = list.node === 0 && 'node' in fact ? fact.node : list.node;
        plain.see(fact, node, nowMs, 2 * connects + (fact.kind === 'sessionConnected' ? 0 : 1));
      }
    };
    const row = space.begin();
    const codes: number[] = [];
    for (let step = 0; step < 400; step++) {
      space.actions(row, codes);
      const calm = codes.filter((code) => code >>> 24 <= 3);
      const wanted = calm.length > 0 && luck.below(25) > 0 ? calm : codes;
      const code = wanted[luck.below(Math.max(1, wanted.length))];
      if (code === undefined) break;
      nowMs = timeAfter(space, row, code);
      if (space.fire(row, code) !== 'fine') break;
    }
    // What the last fact was about is over with it.
    const { sessions } = plain.history;
    [sessions.op, sessions.session, plain.history.establishment] = [null, null, null];
    const whole = ({ judges, history: { log: _, isSameTree: __, ...books } }: Panel): string => {
      return keyOf(printOf([judges, books], LEFT_OUT));
    };
    assert.is(whole(space.panels.panelAt(row[space.panelAt] ?? 0)), whole(plain), `seed ${seed}`);
  }
  assert.ok(told.has('committed') && told.has('crashed') && told.has('replied'), [...told].join(' '));
});

/** The time that facts of the step are stated at. */
function timeAfter(space: Space, row: Int32Array, code: number): number {
  const onFacts = space.onFacts;
  space.onFacts = null;
  const after = row.slice();
  space.fire(after, code);
  space.onFacts = onFacts;
  return after[space.nowAt] ?? 0;
}

test.run();
