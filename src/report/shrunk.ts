/** What a shrinker came to, as lines: before and after side by side, and what is left to happen, in order of time. */
import type { ScriptedRequest } from '../client/script.ts';
import { FIRST_CLIENT } from '../plan/plan.ts';
import type { Plan } from '../plan/plan.ts';
import type { ShrinkEnd, Shrunk } from '../shrink/outcome.ts';
import type { Fault, Target } from '../world/fault.ts';
import { decimal, duration, table } from './format.ts';
import { describeFinding } from './text.ts';

/** The report. `out` is the file that was written. */
export function shrunkReport({ failure, from, to, runs, elapsedMs, end }: Shrunk, out: string): string[] {
  const kinds = ['servers', 'clients', 'operations', 'faults', 'events', 'draws'] as const;
  return [
    describeFinding(failure.verdict),
    ...table([['', 'before', 'after'], ...kinds.map((kind) => [kind, decimal(from[kind]), decimal(to[kind])])]),
    'what is left of the plan:',
    ...planLines(failure.plan).map((line) => `  ${line}`),
    `${decimal(runs)} runs in ${duration(elapsedMs)}; ${ENDS[end]}`,
    `viv replay ${out}`,
  ];
}

const ENDS: Readonly<Record<ShrinkEnd, string>> = {
  searched: 'nothing more can go',
  time: 'there was no time to try more',
  stopped: 'it was stopped before everything was tried',
  silent: 'it was ended in the midst of a run',
  died: 'its process died in the midst of a run',
};

/** Everything that a plan sets out to do, in order of time: faults, and operations as if none had to wait. */
export function planLines(plan: Plan): string[] {
  const lines: { readonly atMs: number; readonly text: string }[] = [];
  for (const { atMs, fault } of plan.faults) lines.push({ atMs, text: describeFault(fault) });
  for (const [index, { operations, servers }] of plan.clients.entries()) {
    let atMs = 0;
    const who = `client ${FIRST_CLIENT + index}${servers.length < plan.members.length ? ` (at ${servers.join(', ')})` : ''}`;
    for (const { afterMs, request } of operations) lines.push({ atMs: atMs += afterMs, text: `${who}: ${inWords(request)}` });
  }
  lines.sort((one, other) => one.atMs - other.atMs);
  return lines.map(({ atMs, text }) => `${String(atMs).padStart(7)} ms  ${text}`);
}

function inWords(request: ScriptedRequest): string {
  if (request.kind === 'multi') return `multi of ${request.ops.map((op) => inWords(op)).join(', ')}`;
  return 'path' in request ? `${request.kind} ${request.path}` : request.kind;
}

/** `crash of server 2, down for 120 ms` */
export function describeFault(fault: Fault): string {
  const whom = 'target' in fault ? ` of ${describeTarget(fault.target)}` : '';
  switch (fault.kind) {
    case 'crash': {
      const between = fault.afterEffects === undefined ? '' : ` after ${fault.afterEffects} effects of its next event`;
      return `crash${whom}${between}, down for ${fault.downMs} ms`;
    }
    case 'power':
      return `loss of power everywhere, down for ${fault.downMs} ms or more`;
    case 'partition': {
      const way = fault.oneWay === undefined ? '' : `, ${fault.oneWay} only`;
      return `partition: ${fault.shape}${whom}${way}${fault.clientsToo === true ? ', clients too' : ''} for ${fault.forMs} ms`;
    }
    default:
      return `${fault.kind}${whom}${'forMs' in fault ? ` for ${fault.forMs} ms` : ''}`;
  }
}

function describeTarget(target: Target): string {
  if (!('node' in target)) return target.role === 'any' ? 'any server' : `a ${target.role}`;
  return target.node > 255 ? `client ${target.node}` : `server ${target.node}`;
}
