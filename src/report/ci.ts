/**
 * A campaign for the machines that read reports: JUnit's XML, where each property is a test, and SARIF 2.1.0, where each distinct
 * failure is a result of a rule that is a property, known again by its signature.
 */
import type { DistinctFailure, Summary } from '../fuzz/tally.ts';
import { describeFinding } from './text.ts';

/** The command that shows a failure again. */
export function reproOf({ seeds }: DistinctFailure): string {
  const [scenario = '', seed = ''] = (seeds[0] ?? '').split(' ');
  return `npm run viv -- replay ${scenario} --seed ${seed}`;
}

/** JUnit XML: a suite of the campaign, a case for each property and for each failure that is of no property. */
export function junitOf(summary: Summary): string {
  const byProperty = new Map<string, DistinctFailure[]>();
  for (const failure of summary.failures) {
    const known = byProperty.get(failure.finding.property);
    if (known === undefined) byProperty.set(failure.finding.property, [failure]);
    else known.push(failure);
  }
  const names = [...new Set([...summary.properties.map(({ property }) => property), ...byProperty.keys()])];
  const suite = escape(summary.scenarios.join(' '));
  const time = (summary.elapsedMs / 1000).toFixed(3);
  const counts = `tests="${names.length}" failures="${byProperty.size}" errors="0" time="${time}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${suite}" ${counts}>`,
    ...names.flatMap((name) => caseOf(name, suite, byProperty.get(name) ?? [])),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseOf(name: string, suite: string, failures: readonly DistinctFailure[]): string[] {
  const start = `    <testcase classname="${suite}" name="${escape(name)}"`;
  if (failures.length === 0) return [`${start}/>`];
  const bodies = failures.map((failure) => {
    const text = [describeFinding(failure.finding), `seeds: ${failure.seeds.join(', ')}`, reproOf(failure)].join('\n');
    const head = `<failure type="${failure.finding.outcome}" message="${escape(failure.finding.sentence)}">`;
    return `      ${head}${escape(text)}</failure>`;
  });
  return [`${start}>`, ...bodies, '    </testcase>'];
}

function escape(text: string): string {
  // XML 1.0 has no place for other control characters.
  const printable = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '?');
  return printable.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** SARIF 2.1.0 (OASIS, 2020), as one JSON document. */
export function sarifOf(summary: Summary): string {
  const rules = summary.properties.map(({ property, promise }) => ({ id: property, shortDescription: { text: promise } }));
  const known = new Set(rules.map(({ id }) => id));
  const others = [...new Set(summary.failures.map(({ finding }) => finding.property))].filter((property) => !known.has(property));
  const all = [...rules, ...others.map((id) => ({ id, shortDescription: { text: 'A failure that no property judges.' } }))];
  const results = summary.failures.map((failure) => ({
    ruleId: failure.finding.property,
    ruleIndex: all.findIndex(({ id }) => id === failure.finding.property),
    level: 'error',
    message: { text: `${describeFinding(failure.finding)}. Again: ${reproOf(failure)}` },
    locations: [{
      physicalLocation: {
        artifactLocation: {
          uri: known.has(failure.finding.property) ? `properties/${failure.finding.property}.ts` : 'src/run/run.ts',
        },
      },
    }],
    partialFingerprints: { 'signature/v1': failure.key },
  }));
  const tool = { driver: { name: 'vivarium', rules: all } };
  return `${JSON.stringify({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [{ tool, results }],
  }, null, 2)}\n`;
}
