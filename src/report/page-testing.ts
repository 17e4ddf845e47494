/** For tests of the page: a run of a scenario that fails in a known way, recorded, without a bug to be planted for it. */
import { calm } from '../../scenarios/calm.ts';
import { Judge } from '../history/judge.ts';
import type { At } from '../history/at.ts';
import type { Property } from '../history/judge.ts';
import type { JudgedFact } from '../history/judged-fact.ts';
import { SeedChooser } from '../world/chooser.ts';
import type { PageModel } from './page-model.ts';
import { recordPage } from './page-run.ts';

/** After so many transactions are applied, it has had enough. */
const ENOUGH = 40;

class Impatient extends Judge {
  private first = 0;

  see(fact: JudgedFact, at: At): void {
    if (fact.kind === 'proposed' && this.first === 0) this.first = at.step;
    if (fact.kind === 'applied' && ++this.judged === ENOUGH) this.violate('that was <enough> & more', at, this.first);
  }
}

const IMPATIENCE: Property = {
  name: 'impatience', kind: 'safety', promise: 'There are never many transactions.', source: 'made for tests', codes: [],
  reads: ['proposed', 'applied'], exemptions: [], mutants: [], create: () => new Impatient(),
};

/** Records the run. */
export function impatientRun(): PageModel {
  const plan = calm.plan('1');
  const context = { properties: [IMPATIENCE], hash: null, commands: ['viv replay impatience.json'] };
  return recordPage(plan, new SeedChooser(plan.seed), context).model;
}
