/**
 * The page of a campaign: one self-contained HTML file, readable without anything else and without JavaScript, light or dark as
 * the reader has it. First what failed, then how it went, then what was put to the test and how often.
 */
import { silentProperties, speedOf } from '../fuzz/tally.ts';
import type { DistinctFailure, Summary } from '../fuzz/tally.ts';
import type { Count } from '../history/counters.ts';
import { decimal, duration } from './format.ts';
import { TIME_STEPS, chartHtml, meterHtml } from './page-charts.ts';
import { escapeHtml, pageStyle } from './page-html.ts';
import { describeFinding } from './text.ts';

/** The page. `root` is the repository. */
export function summaryPage(summary: Summary, root: string): string {
  const isGood = summary.failures.length === 0;
  const verdict = isGood ? 'Every property held.' : `Distinct failures: ${summary.failures.length}.`;
  const names = summary.scenarios.length === 0 ? 'no scenario' : summary.scenarios.join(', ');
  const title = `${decimal(summary.seeds)} seeds of ${names}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Vivarium: ${escapeHtml(title)}</title><style>${pageStyle(root)}</style></head><body class="campaign"><main>
<h1>${escapeHtml(title)}</h1>
<p class="verdict ${isGood ? 'good' : 'bad'}">${verdict}${summary.interrupted ? ' It was interrupted.' : ''}</p>
${figuresOf(summary)}
${failuresOf(summary)}
${summary.never.map((sentence) => `<p class="bad">Never: ${escapeHtml(sentence)}.</p>`).join('\n')}
${chartsOf(summary)}
${faultsOf(summary)}
${situationsOf(summary)}
${propertiesOf(summary)}
${schedulersOf(summary)}
${countsTable(summary)}
${summary.remarks.map((remark) => `<p>${escapeHtml(remark)}</p>`).join('\n')}
</main></body></html>
`;
}

function figuresOf(summary: Summary): string {
  const { eventsPerSecond, simulatedPerReal } = speedOf(summary);
  const reached = summary.situations.filter(({ runs }) => runs > 0).length;
  const figures: [string, string][] = [
    ['took', duration(summary.elapsedMs)],
    ['simulated', duration(summary.simulatedMs)],
    ['simulated : real, one core', `${decimal(simulatedPerReal)} : 1`],
    ['events', decimal(summary.events)],
    ['events a second, one core', decimal(eventsPerSecond)],
    ['leaders established', decimal(summary.counts.elections)],
    ['rare situations reached', `${reached} of ${summary.situations.length}`],
    ['seeds run twice', decimal(summary.runTwice)],
  ];
  const cells = figures.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`);
  return `<dl class="figures">${cells.join('\n')}</dl>`;
}

/** The commonest first: a failure is named by its signature, the property and the shape of the sentence. */
function failuresOf(summary: Summary): string {
  if (summary.failures.length === 0) return '';
  const failures = [...summary.failures].sort((one, other) => other.seeds.length - one.seeds.length);
  return `<h2>Failures by signature</h2>\n${failures.map((failure) => failureOf(failure, summary.seeds)).join('\n')}`;
}

const SEEDS_NAMED = 12;

function failureOf({ finding, seeds, file, key }: DistinctFailure, all: number): string {
  const named = `${seeds.slice(0, SEEDS_NAMED).join(', ')}${seeds.length > SEEDS_NAMED ? ', …' : ''}`;
  const commands = file === null ? '' : `<pre>viv replay ${escapeHtml(file)}\nviv report ${escapeHtml(file)}</pre>`;
  return `<section class="failure" title="${escapeHtml(key)}"><p class="bad">${escapeHtml(describeFinding(finding))}</p>
<p class="seeds">${meterHtml(seeds.length, all)} ${decimal(seeds.length)} of ${decimal(all)} seeds: ${escapeHtml(named)}</p>
${commands}</section>`;
}

function chartsOf({ timeline, situations, failures }: Summary): string {
  if (timeline.length < 2) return '';
  const nameOfSeeds = (seeds: number): string => `${decimal(seeds)} seeds`;
  const firsts = timeline.filter(({ failures: found }, index) => found > (timeline[index - 1]?.failures ?? 0));
  const marks = firsts.map(({ elapsedMs, seeds, failures: found }) => {
    return { x: elapsedMs, title: `failure ${found}, after ${nameOfSeeds(seeds)} and ${duration(elapsedMs)}` };
  });
  return `<h2>How it went</h2>
${failures.length === 0 ? '' : '<p class="about">A red mark is where a new kind of failure was found.</p>'}
<div class="charts">
${chartHtml({
    title: 'Seeds over time', points: timeline.map(({ elapsedMs, seeds }) => ({ x: elapsedMs, y: seeds })), nameOfX: duration,
    stepsOfX: TIME_STEPS, marks,
  })}
${chartHtml({
    title: 'Coverage: rare situations reached', points: timeline.map((point) => ({ x: point.seeds, y: point.situations })),
    most: situations.length, isStepped: true, nameOfX: nameOfSeeds,
  })}
</div>`;
}

function faultsOf({ faults, defects }: Summary): string {
  const rows = faults.map(({ name, fired, effective }) => {
    const isIdle = fired > 0 && effective === 0;
    const row = fired === 0 ? '<tr class="idle">' : '<tr>';
    return `${row}<td class="name">${escapeHtml(name)}</td>${numberCell(fired)}${numberCell(effective, isIdle)}
<td>${fired === 0 ? '' : meterHtml(effective, fired)}</td></tr>`;
  });
  return `<h2>Faults</h2>
<p class="about">How often each was made to happen, and how often that changed anything.</p>
${defects.map((defect) => `<p class="bad">${escapeHtml(defect)}</p>`).join('\n')}
<div class="wide"><table>${headRow(['fault', '#fired', '#had an effect', ''])}<tbody>${rows.join('\n')}</tbody></table></div>`;
}

function situationsOf({ situations, seeds }: Summary): string {
  const rows = situations.map(({ id, sentence, runs, times }) => {
    const inRuns = runs === 0 ? '<td class="number never">never</td>' : numberCell(runs);
    return `<tr><td class="name">${escapeHtml(id)}</td><td>${escapeHtml(sentence)}</td>
${inRuns}${numberCell(times)}<td>${meterHtml(runs, seeds)}</td></tr>`;
  });
  return `<h2>Rare situations</h2>
<p class="about">What must happen now and then, or the properties show little: in how many runs it did, and how often.</p>
<div class="wide"><table>${headRow(['situation', 'what', '#runs', '#times', ''])}<tbody>${rows.join('\n')}</tbody></table></div>`;
}

function propertiesOf(summary: Summary): string {
  const rows = summary.properties.map(({ property, promise, judged, violations, exempted }) => {
    return `<tr><td class="name">${escapeHtml(property)}</td><td>${escapeHtml(promise)}</td>
${numberCell(judged, judged === 0)}${numberCell(violations, violations > 0)}<td>${escapeHtml(countsOf(exempted))}</td></tr>`;
  });
  const silent = silentProperties(summary).map((name) => {
    return `<p class="bad">${escapeHtml(name)} judged nothing: it has shown nothing.</p>`;
  });
  return `<h2>Properties</h2>
<p class="about">How often each promise was put to the test, was broken, and was left out for a documented reason.</p>
${silent.join('\n')}
<div class="wide"><table>${headRow(['property', 'promise', '#judged', '#violated', 'exempted'])}<tbody>
${rows.join('\n')}</tbody></table></div>`;
}

function schedulersOf({ schedulers, bounds }: Summary): string {
  if (schedulers.length === 0) return '';
  const rows = schedulers.map(({ kind, seeds, decisions, deviations, failing, found }) => {
    const numbers = [seeds, decisions, deviations, failing].map((number) => numberCell(number)).join('');
    return `<tr><td class="name">${escapeHtml(kind)}</td>${numbers}
<td>${escapeHtml(found.join(', '))}</td></tr>`;
  });
  const least = bounds.map(({ depth, runs, probability }) => {
    const chance = probability.toExponential(1);
    return `<p class="about">${decimal(runs)} runs of depth ${depth}: a bug of that depth showed with at least ${chance}.</p>`;
  });
  return `<h2>Schedulers</h2>
<div class="wide"><table>${headRow(['scheduler', '#seeds', '#choices', '#not the earliest', '#failing', 'found'])}<tbody>
${rows.join('\n')}</tbody></table></div>${least.join('\n')}`;
}

function countsTable({ counts }: Summary): string {
  const rows: [string, readonly Count[]][] = [
    ['synchronizations', counts.syncs], ['servers', counts.servers], ['sessions', counts.sessions],
    ['operations', counts.operations], ['results', counts.errors],
  ];
  return `<h2>What happened</h2><div class="wide"><table><tbody>${rows.map(([name, own]) => {
    return `<tr><td class="name">${escapeHtml(name)}</td><td>${escapeHtml(countsOf(own))}</td></tr>`;
  }).join('\n')}</tbody></table></div>`;
}

function countsOf(counts: readonly Count[]): string {
  return counts.map(([name, count]) => `${name} ${decimal(count)}`).join(', ');
}

/** Names that begin with # stand over numbers. */
function headRow(names: readonly string[]): string {
  const cells = names.map((name) => {
    return name.startsWith('#') ? `<th class="number">${escapeHtml(name.slice(1))}</th>` : `<th>${escapeHtml(name)}</th>`;
  });
  return `<thead><tr>${cells.join('')}</tr></thead>`;
}

function numberCell(value: number, isBad = false): string {
  return `<td class="number${isBad ? ' never' : ''}">${decimal(value)}</td>`;
}
