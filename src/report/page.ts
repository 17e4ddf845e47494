/** The page of a campaign: one self-contained HTML file, readable without anything else, light or dark as the reader has it. */
import type { Count } from '../fuzz/counters.ts';
import { silentProperties, speedOf } from '../fuzz/tally.ts';
import type { Summary } from '../fuzz/tally.ts';
import { decimal, duration } from './format.ts';
import { describeFinding } from './text.ts';

/** The page. */
export function summaryPage(summary: Summary): string {
  const { eventsPerSecond, simulatedPerReal } = speedOf(summary);
  const isGood = summary.failures.length === 0;
  const verdict = isGood ? 'Every property held.' : `Distinct failures: ${summary.failures.length}.`;
  const title = `${decimal(summary.seeds)} seeds of ${summary.scenarios.join(', ')}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Vivarium: ${escape(title)}</title><style>${STYLE}</style></head><body><main>
<h1>${escape(title)}</h1>
<p class="verdict ${isGood ? 'good' : 'bad'}">${verdict}</p>
<dl class="figures">
${figure('simulated', duration(summary.simulatedMs))}
${figure('in', duration(summary.elapsedMs))}
${figure('simulated : real, one core', `${decimal(simulatedPerReal)} : 1`)}
${figure('events', decimal(summary.events))}
${figure('events a second, one core', decimal(eventsPerSecond))}
${figure('elections', decimal(summary.counts.elections))}
</dl>
${failuresOf(summary)}
<h2>Properties</h2>
${tableOf([
  'property', 'promise', 'judged', 'violated', 'exempted',
], summary.properties.map(({ property, promise, judged, violations, exempted }) => [
    property, promise, decimal(judged), decimal(violations), countsOf(exempted),
  ]))}
${silentProperties(summary).map((name) => `<p class="bad">${escape(name)} judged nothing: it has shown nothing.</p>`).join('\n')}
<h2>Rare situations</h2>
<p>${summary.situations.filter(({ runs }) => runs > 0).length} of ${summary.situations.length} reached.</p>
${tableOf(['situation', 'what', 'runs', 'times'], summary.situations.map(({ id, sentence, runs, times }) => [
    id, sentence, runs === 0 ? 'never' : decimal(runs), decimal(times),
  ]))}
<h2>Faults</h2>
${
  tableOf(
    ['fault', 'fired', 'had an effect'],
    summary.faults.map(({ name, fired, effective }) => [name, decimal(fired), decimal(effective)]),
  )
}
<h2>Schedulers</h2>
${tableOf(['scheduler', 'seeds', 'failing', 'found'], summary.schedulers.map(({ kind, seeds, failing, found }) => [
    kind, decimal(seeds), decimal(failing), found.join(', '),
  ]))}
<h2>What happened</h2>
${tableOf(['', ''], [
    ['synchronizations', countsOf(summary.counts.syncs)],
    ['servers', countsOf(summary.counts.servers)],
    ['sessions', countsOf(summary.counts.sessions)],
    ['operations', countsOf(summary.counts.operations)],
    ['results', countsOf(summary.counts.errors)],
  ])}
${summary.never.map((never) => `<p class="bad">Never: ${escape(never)}</p>`).join('\n')}
${summary.defects.map((defect) => `<p class="bad">${escape(defect)}</p>`).join('\n')}
${summary.remarks.map((remark) => `<p>${escape(remark)}</p>`).join('\n')}
</main></body></html>
`;
}

function failuresOf(summary: Summary): string {
  if (summary.failures.length === 0) return '';
  const rows = summary.failures.map(({ finding, seeds, file }) => [
    describeFinding(finding), `${seeds.length}: ${seeds.slice(0, 12).join(', ')}`, file === null ? '' : `viv replay ${file}`,
  ]);
  return `<h2>Failures</h2>\n${tableOf(['what', 'seeds', 'again'], rows)}`;
}

function figure(name: string, value: string): string {
  return `<div><dt>${escape(name)}</dt><dd>${escape(value)}</dd></div>`;
}

function countsOf(counts: readonly Count[]): string {
  return counts.map(([name, count]) => `${name} ${decimal(count)}`).join(', ');
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string => `<td${/^[\d,.]+$/.test(text) ? ' class="number"' : ''}>${escape(text)}</td>`;
  const names = head.map((name) => `<th>${escape(name)}</th>`).join('');
  const top = head.every((name) => name === '') ? '' : `<thead><tr>${names}</tr></thead>`;
  return `<table>${top}<tbody>\n${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}\n</tbody></table>`;
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #888; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 70rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .5rem; }
.verdict { font-size: 1.15rem; margin: .3rem 0 1.2rem; } .good { color: #2a8a4a; } .bad { color: #c8372d; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: .8rem; margin: 0; }
.figures div { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; }
dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; } th {
  text-align: left; color: var(--soft); font-weight: 500; font-size: .85rem;
}
td, th { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
td:first-child { white-space: nowrap; } .number { text-align: right; font-variant-numeric: tabular-nums; }
`;
