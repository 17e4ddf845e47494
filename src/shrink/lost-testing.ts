/** Runs that break liveness by luck, or whatever comes, for tests of how much of them is needed. No bug has to be planted. */
import { SCENARIOS } from '../../scenarios/index.ts';
import type { At } from '../history/at.ts';
import { Judge } from '../history/judge.ts';
import type { Property } from '../history/judge.ts';
import type { JudgedFact } from '../history/judged-fact.ts';
import type { Plan } from '../plan/plan.ts';
import type { Failure } from '../run/failure.ts';
import { recordRun, recordedFailure } from '../run/record.ts';
import { SeedChooser } from '../world/chooser.ts';

/** The answer that matters to `lost('answer')`. */
export const ANSWER = 5;

/** Liveness that is lost if the fifth answer comes in an odd millisecond, or the last answer or election does; or always. */
export function lost(by: 'answer' | 'last answer' | 'last election' | 'nothing'): Property {
  class Lost extends Judge {
    private isLost = by === 'nothing';
    private answers = 0;

    see(fact: JudgedFact, at: At): void {
      const isOdd = at.timeMs % 2 === 1;
      if (fact.kind === 'elected' && by === 'last election') this.isLost = isOdd;
      if (fact.kind === 'replied' && by === 'last answer') this.isLost = isOdd;
      if (fact.kind === 'replied' && by === 'answer' && ++this.answers === ANSWER) this.isLost = isOdd;
    }

    override finish(at: At): void {
      if (this.isLost) this.violate('it is lost', at);
    }
  }
  return {
    name: 'lost', kind: 'liveness', promise: 'Nothing is lost.', source: 'this test', codes: [],
    reads: ['replied', 'elected'], exemptions: [], mutants: [], create: () => new Lost(),
  };
}

/** One server and one client, between whom messages take longer or shorter. */
export function answeringPlan(): Plan {
  const plan = calm();
  const [client] = plan.clients;
  if (client === undefined) throw new Error('there is no client in the scenario calm');
  return {
    ...uneven(plan, plan.settings.network.latency.minUs),
    members: [{ id: 1, role: 'participant' }],
    clients: [{ ...client, servers: [1] }],
    tailMs: 2000,
  };
}

/** Three servers whose messages take longer than they wait for each other: they elect a leader again and again. */
export function circlingPlan(): Plan {
  const plan = calm();
  const { knobs } = plan;
  return {
    ...uneven(plan, 200_000),
    members: [1, 2, 3].map((id) => ({ id, role: 'participant' })),
    knobs: { ...knobs, tickTimeMs: 50, initLimit: 2, syncLimit: 2, maxNotificationIntervalMs: 400 },
    clients: [],
    safetyMs: 100,
    tailMs: 4000,
  };
}

function calm(): Plan {
  const plan = SCENARIOS.find(({ name }) => name === 'calm')?.plan('1');
  if (plan === undefined) throw new Error('there is no scenario calm');
  return plan;
}

function uneven(plan: Plan, minUs: number): Plan {
  const { settings } = plan;
  const latency = { ...settings.network.latency, minUs, jitterUs: 20_000 };
  return { ...plan, settings: { ...settings, network: { ...settings.network, latency } } };
}

/** The first run of a plan that loses it. */
export function failureOf(plan: Plan, property: Property, from = 1): Failure {
  for (let seed = from; seed < from + 50; seed++) {
    const recorded = recordRun(plan, new SeedChooser(String(seed)), [property]);
    if (recorded.result.finding !== null) return recordedFailure(plan, recorded, { judged: ['lost'], mutant: null });
  }
  throw new Error('nothing is lost');
}
