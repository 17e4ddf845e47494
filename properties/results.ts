/** Results: every write does, and says, what the reference model decides on the state just before it. */
import { zxidToPair } from '../src/base/zxid.ts';
import type { FactOf } from '../src/io/fact.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact, OrderedFact } from '../src/history/judged-fact.ts';
import type { TxnResult } from '../src/history/model-state.ts';
import { sameStat } from '../src/history/same.ts';
import type { Op } from '../src/history/sessions.ts';
import type { MultiResult, Response } from '../src/wire/client-messages.ts';
import { ErrorCode } from '../src/wire/words.ts';

class Results extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    if (fact.kind === 'ordered') {
      if (fact.op === null) {
        this.seeUnasked(fact, at);
        return;
      }
      if (!fact.verdict.isDecided) this.exempt('undecided');
      else this.judged++;
      const { breach } = fact.verdict;
      if (breach !== null)
        this.violate(
          `${fact.op.request.kind} (${fact.op.cxid} of session ` +
            `${fact.txn.clientId}) at ${zxidToPair(fact.txn.zxid)}: ${breach}`,
          at,
          fact.op.invokedStep,
        );
    } else if (fact.kind === 'replied' && history.op !== null && history.op.isWrite) this.seeReply(fact, history.op, at);
  }

  /** What servers do of their own accord: the reaper. */
  private seeUnasked({ txn, verdict }: OrderedFact, at: At): void {
    if (!verdict.isDecided) return;
    this.judged++;
    if (verdict.breach !== null) this.violate(`${txn.body.kind} at ${zxidToPair(txn.zxid)}: ${verdict.breach}`, at);
  }

  private seeReply(fact: FactOf<'replied'>, op: Op, at: At): void {
    if (op.verdict === null) return;
    this.judged++;
    const { results } = op.verdict.effects;
    const problem = op.request.kind === 'multi' ? multiProblem(fact, results) : soleProblem(fact, results[0]);
    if (problem !== null)
      this.violate(
        `the answer to ${op.request.kind} (${op.cxid} of session ${fact.sessionId}) at ${zxidToPair(fact.zxid)} ${problem}`,
        at,
        op.invokedStep,
      );
  }
}

/** What is wrong with the answer; null: nothing. A transaction without results is a closeSession. */
function soleProblem(fact: FactOf<'replied'>, due: TxnResult | undefined): string | null {
  const err = due?.err ?? ErrorCode.OK;
  if (fact.err !== err) return `says ${fact.err}, not ${err}`;
  if (err !== ErrorCode.OK) return fact.response === null ? null : 'has a body though it is a refusal';
  return fact.response === null ? 'has no body' : due === undefined ? null : bodyProblem(fact.response, due);
}

function multiProblem(fact: FactOf<'replied'>, due: readonly TxnResult[]): string | null {
  const only = due[0];
  // Refused as a whole, before any operation was looked at.
  if (due.length === 1 && only?.kind === 'error' && fact.err === only.err) return null;
  if (fact.err !== ErrorCode.OK || fact.response === null) return `says ${fact.err}`;
  if (!('results' in fact.response)) return 'is not that of a multi';
  if (fact.response.results.length !== due.length) return `has ${fact.response.results.length} results, not ${due.length}`;
  for (const [i, wanted] of due.entries()) {
    const result: MultiResult | undefined = fact.response.results[i];
    if (result === undefined) return `lacks result ${i}`;
    const err = result.kind === 'error' ? result.err : ErrorCode.OK;
    if (wanted.kind === 'error' ? result.kind !== 'error' || err !== wanted.err : result.kind === 'error')
      return `says ${err} of operation ${i}, not ${wanted.err}`;
    const problem = result.kind === 'error' ? null : bodyProblem(result, wanted);
    if (problem !== null) return `${problem} (operation ${i})`;
  }
  return null;
}

function bodyProblem(response: Response | MultiResult, due: TxnResult): string | null {
  if ('path' in response && due.path !== null && response.path !== due.path)
    return `names ${response.path}, not ${due.path}`;
  if ('stat' in response && (due.stat === null || !sameStat(response.stat, due.stat)))
    return `shows a stat of ${JSON.stringify(response.stat)}, not of ${JSON.stringify(due.stat)}`;
  return null;
}

/** P3, P13, P16. */
export const results: Property = {
  name: 'results',
  codes: ['P3', 'P13', 'P16'],
  kind: 'safety',
  promise:
    'Every write has the result (error, path, sequence number, Stat, each part of a multi) ' +
    'that the specification gives it at its place in the order.',
  source: "programmer's guide: data model, versions, sequence nodes, multi; reference model in src/history",
  reads: ['ordered', 'replied'],
  exemptions: [
    {
      name: 'undecided',
      source: 'refusals that rest on more than the log and who asked: a session that has moved or is a local one',
    },
  ],
  mutants: [
    'nobody-s-ephemerals', 'prep-stale', 'half-a-multi', 'sequence-by-children', 'cversion-stuck',
    'acl-in-multi', 'quota-one-less', 'hasty-reaper',
  ],
  create: (): Judge => new Results(),
};
