/**
 * The files by which others run campaigns are held against what their readers accept. They use a part of YAML that the reader
 * here understands: maps, lists, plain and quoted scalars, and literal blocks; anything else is an error.
 */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import { schemaErrors } from '../plan/json-schema.ts';

const test = suite('ci');

interface Line {
  readonly indent: number;
  readonly text: string;
}

/** Reads the part of YAML that these files use. */
function readYaml(source: string): unknown {
  const raw = source.split('\n');
  let at = 0;
  const peek = (): Line | undefined => {
    while (at < raw.length && (raw[at]?.trim() === '' || raw[at]?.trim().startsWith('#') === true)) at++;
    const text = raw[at];
    return text === undefined ? undefined : { indent: text.length - text.trimStart().length, text: text.trim() };
  };
  const block = (indent: number): string => {
    const lines: string[] = [];
    for (; at < raw.length; at++) {
      const line = raw[at] ?? '';
      if (line.trim() !== '' && line.length - line.trimStart().length <= indent) break;
      lines.push(line.slice(indent + 2));
    }
    return lines.join('\n');
  };
  const scalar = (text: string): unknown => {
    if (/^'.*'$/.test(text)) return text.slice(1, -1).replaceAll("''", "'");
    if (text === '{}') return {};
    if (text === 'true' || text === 'false') return text === 'true';
    if (/^-?\d+$/.test(text)) return Number(text);
    if (/^["&*!%@`[{>]/.test(text) || / #/.test(text)) throw new Error(`this part of YAML is not read here: ${text}`);
    return text;
  };
  const value = (rest: string, indent: number): unknown => {
    at++;
    if (rest === '|') return block(indent);
    if (rest !== '') return scalar(rest);
    const next = peek();
    if (next === undefined || next.indent < indent || (next.indent === indent && !next.text.startsWith('- '))) return null;
    return node(next.indent);
  };
  const node = (indent: number): unknown => {
    const first = peek();
    if (first?.text.startsWith('- ') === true) {
      const items: unknown[] = [];
      for (let line = peek(); line?.indent === indent && line.text.startsWith('- '); line = peek()) {
        const rest = line.text.slice(2);
        if (/^[\w.-]+:( |$)/.test(rest)) {
          raw[at] = `${' '.repeat(indent + 2)}${rest}`;
          items.push(node(indent + 2));
        } else {
          items.push(value(rest, indent));
        }
      }
      return items;
    }
    const map = new Map<string, unknown>();
    for (let line = peek(); line?.indent === indent; line = peek()) {
      const [, key, rest = ''] = /^([\w.-]+):(?: (.*))?$/.exec(line.text) ?? [];
      if (key === undefined || map.has(key)) throw new Error(`no key, or one that is there already: ${line.text}`);
      map.set(key, value(rest, indent));
    }
    return Object.fromEntries(map);
  };
  const read = node(0);
  if (peek() !== undefined) throw new Error(`line ${at + 1} stands nowhere`);
  return read;
}

function file(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

const STEP = {
  type: 'object', additionalProperties: false,
  anyOf: [{ required: ['run'] }, { required: ['uses'] }],
  properties: {
    id: { type: 'string' }, name: { type: 'string' }, if: { type: ['string', 'boolean'] },
    uses: { type: 'string', pattern: '^(\\./|[\\w-]+/[\\w-]+@v\\d)' }, run: { type: 'string' },
    shell: { enum: ['bash', 'sh'] }, env: { type: 'object' }, with: { type: 'object' },
  },
};

const WORKFLOW = {
  type: 'object', required: ['on', 'jobs', 'permissions'], additionalProperties: false,
  properties: {
    name: { type: 'string' }, permissions: { type: 'object' }, concurrency: { type: 'object' },
    on: {
      type: 'object', additionalProperties: false, minProperties: 1,
      properties: {
        pull_request: { type: 'object' }, push: { type: 'object' }, workflow_dispatch: { type: 'object' },
        schedule: {
          type: 'array', items: { type: 'object', required: ['cron'], properties: { cron: { pattern: '^(\\S+ ){4}\\S+$' } } },
        },
      },
    },
    jobs: {
      type: 'object', minProperties: 1,
      additionalProperties: {
        type: 'object', required: ['runs-on', 'steps', 'timeout-minutes'], additionalProperties: false,
        properties: {
          'runs-on': { type: 'string' }, 'timeout-minutes': { type: 'integer', maximum: 360 }, needs: { type: 'string' },
          if: { type: 'string' }, strategy: { type: 'object', required: ['matrix'] },
          steps: { type: 'array', minItems: 1, items: STEP },
        },
      },
    },
  },
};

const ACTION = {
  type: 'object', required: ['name', 'description', 'runs'], additionalProperties: false,
  properties: {
    name: { type: 'string' }, description: { type: 'string' },
    inputs: {
      additionalProperties: {
        type: 'object', required: ['description', 'default'], additionalProperties: false,
        properties: { description: { type: 'string' }, default: { type: 'string' } },
      },
    },
    outputs: { additionalProperties: { type: 'object', required: ['description', 'value'] } },
    runs: {
      required: ['using', 'steps'],
      properties: { using: { const: 'composite' }, steps: { type: 'array', items: { ...STEP, required: ['shell'] } } },
    },
  },
};

const JOB = {
  type: 'object', required: ['apiVersion', 'kind', 'metadata', 'spec'], additionalProperties: false,
  properties: {
    apiVersion: { const: 'batch/v1' }, kind: { const: 'Job' }, metadata: { type: 'object', required: ['name'] },
    spec: {
      type: 'object', required: ['completionMode', 'completions', 'template', 'podFailurePolicy'], additionalProperties: false,
      properties: {
        completionMode: { const: 'Indexed' }, completions: { type: 'integer', minimum: 1 }, parallelism: { type: 'integer' },
        backoffLimitPerIndex: { type: 'integer' }, maxFailedIndexes: { type: 'integer' },
        podFailurePolicy: {
          type: 'object', required: ['rules'],
          properties: {
            rules: {
              type: 'array',
              items: {
                type: 'object', required: ['action', 'onExitCodes'],
                properties: { action: { enum: ['FailIndex', 'FailJob', 'Ignore', 'Count'] } },
              },
            },
          },
        },
        template: {
          type: 'object', required: ['spec'],
          properties: {
            spec: {
              type: 'object', required: ['restartPolicy', 'containers'],
              properties: {
                restartPolicy: { const: 'Never' },
                containers: { type: 'array', items: { type: 'object', required: ['name', 'image', 'command'] } },
              },
            },
          },
        },
      },
    },
  },
};

test('workflows, action and manifest are what their readers accept', () => {
  assert.equal(schemaErrors(WORKFLOW, readYaml(file('.github/workflows/pull-request.yml'))), []);
  assert.equal(schemaErrors(WORKFLOW, readYaml(file('.github/workflows/nightly.yml'))), []);
  assert.equal(schemaErrors(ACTION, readYaml(file('.github/actions/fuzz/action.yml'))), []);
  assert.equal(schemaErrors(JOB, readYaml(file('deploy/kubernetes-fuzz.yaml'))), []);
  assert.is.not(schemaErrors(WORKFLOW, { on: { pul: {} }, jobs: {}, permissions: {} }).length, 0);
});

test('the shards of the cluster are as many as its completions, and what the files name is there', () => {
  const manifest = file('deploy/kubernetes-fuzz.yaml');
  assert.is(/completions: (\d+)/.exec(manifest)?.[1], /INDEX \+ 1\)\)\/(\d+)/.exec(manifest)?.[1]);
  const nightly = file('.github/workflows/nightly.yml');
  assert.is([...nightly.matchAll(/^ {10}- \d+$/gm)].length, Number(/shard \}\}\/(\d+)/.exec(nightly)?.[1]));
  const gate = file('.github/workflows/pull-request.yml');
  for (const [, names = ''] of `${gate}${nightly}`.matchAll(/scenarios: (.*)/g)) {
    for (const name of names.split(' ')) assert.ok(SCENARIOS.some((scenario) => scenario.name === name), name);
  }
  assert.match(gate, / viv -- mutants --tier 0\n/);
});

test('the action reads the inputs that it declares and no others, and whoever uses it gives it no others', () => {
  const action = file('.github/actions/fuzz/action.yml');
  const [, block = ''] = /^inputs:\n((?: .*\n)+)/m.exec(action) ?? [];
  const declared = [...block.matchAll(/^ {2}([\w-]+):$/gm)].map(([, name = '']) => name).sort(byText);
  const used = [...action.matchAll(/\binputs\.([\w-]+)/g)].map(([, name = '']) => name).sort(byText);
  assert.ok(declared.length > 3);
  assert.equal(used, declared);
  const variables = [...action.matchAll(/^ {8}([A-Z]+): /gm)].map(([, name = '']) => name);
  const script = action.slice(action.indexOf('run: |'));
  for (const name of variables) assert.match(script, new RegExp(`\\$\\{?${name}\\b`), `${name} is set for nothing`);
  const workflows = `${file('.github/workflows/nightly.yml')}${file('.github/workflows/pull-request.yml')}`;
  const uses = workflows.split('uses: ./.github/actions/fuzz\n').slice(1);
  assert.ok(uses.length > 0);
  for (const use of uses) {
    const [, given = ''] = /with:\n((?: {10}.*\n)+)/.exec(use) ?? [];
    const names = [...given.matchAll(/^ {10}([\w-]+):/gm)].map(([, name = '']) => name);
    assert.ok(names.length > 0);
    for (const name of names) assert.ok(declared.includes(name), `${name} is no input`);
  }
});

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}

test.run();
