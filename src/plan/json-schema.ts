/**
 * As much of JSON Schema (2020-12) as the schemas of this repository use: what documents of ours must look like is stated where
 * others can read it, and tests hold the documents against it. It answers with sentences and never throws because of a document;
 * a schema with a keyword that is not known here is an error, so that nothing is held to be checked that is not.
 */

/** Says what is wrong with `value`, a sentence each; nothing when it fits. */
export function schemaErrors(schema: unknown, value: unknown): string[] {
  const errors: string[] = [];
  check({ root: schema, errors }, schema, value, '');
  return errors;
}

interface Check {
  readonly root: unknown;
  readonly errors: string[];
}

type Keyword = (context: Check, rule: unknown, value: unknown, path: string, schema: Record<string, unknown>) => void;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function say(context: Check, path: string, what: string): void {
  context.errors.push(`${path === '' ? 'the document' : path} ${what}`);
}

function check(context: Check, schema: unknown, value: unknown, path: string): void {
  if (schema === true) return;
  if (!isRecord(schema)) {
    say(context, path, 'is not allowed');
    return;
  }
  for (const [name, rule] of Object.entries(schema)) {
    const keyword = KEYWORDS.get(name);
    if (keyword === undefined) throw new Error(`the schema uses ${name}, which is not known here`);
    keyword(context, rule, value, path, schema);
  }
}

const nothing: Keyword = () => undefined;

/** The name of a value's type, as a schema says it; an integer is both. */
function hasType(value: unknown, type: unknown): boolean {
  switch (type) {
    case 'object':
      return isRecord(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    default:
      return typeof value === type;
  }
}

const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['$schema', nothing], ['$defs', nothing], ['title', nothing], ['description', nothing], ['default', nothing],
  ['$ref', (context, rule, value, path) => {
    let found = context.root;
    for (const part of String(rule).replace(/^#\//, '').split('/')) found = isRecord(found) ? found[part] : undefined;
    check(context, found, value, path);
  }],
  ['type', (context, rule, value, path) => {
    const types: unknown[] = Array.isArray(rule) ? rule : [rule];
    if (!types.some((type) => hasType(value, type))) say(context, path, `must be of the type ${types.join(' or ')}`);
  }],
  ['const', (context, rule, value, path) => {
    if (value !== rule) say(context, path, `must be ${JSON.stringify(rule)}`);
  }],
  ['enum', (context, rule, value, path) => {
    if (Array.isArray(rule) && !rule.includes(value)) say(context, path, `must be one of ${JSON.stringify(rule)}`);
  }],
  ['pattern', (context, rule, value, path) => {
    if (typeof value === 'string' && !new RegExp(String(rule), 'u').test(value)) say(context, path, `must match ${String(rule)}`);
  }],
  ['minimum', (context, rule, value, path) => {
    if (typeof value === 'number' && value < Number(rule)) say(context, path, `must be at least ${String(rule)}`);
  }],
  ['maximum', (context, rule, value, path) => {
    if (typeof value === 'number' && value > Number(rule)) say(context, path, `must be at most ${String(rule)}`);
  }],
  ['minItems', (context, rule, value, path) => {
    if (Array.isArray(value) && value.length < Number(rule)) say(context, path, `must have at least ${String(rule)} entries`);
  }],
  ['maxItems', (context, rule, value, path) => {
    if (Array.isArray(value) && value.length > Number(rule)) say(context, path, `must have at most ${String(rule)} entries`);
  }],
  ['items', (context, rule, value, path, schema) => {
    if (!Array.isArray(value)) return;
    const from = Array.isArray(schema['prefixItems']) ? schema['prefixItems'].length : 0;
    for (let at = from; at < value.length; at++) check(context, rule, value[at], `${path}[${at}]`);
  }],
  ['prefixItems', (context, rule, value, path) => {
    if (!Array.isArray(value) || !Array.isArray(rule)) return;
    for (const [at, each] of rule.entries()) if (at < value.length) check(context, each, value[at], `${path}[${at}]`);
  }],
  ['required', (context, rule, value, path) => {
    if (!isRecord(value) || !Array.isArray(rule)) return;
    for (const name of rule) if (!(String(name) in value)) say(context, path, `lacks ${String(name)}`);
  }],
  ['minProperties', (context, rule, value, path) => {
    const count = isRecord(value) ? Object.keys(value).length : Infinity;
    if (count < Number(rule)) say(context, path, `must have ${String(rule)} entries or more`);
  }],
  ['properties', (context, rule, value, path) => {
    if (!isRecord(value) || !isRecord(rule)) return;
    for (const [name, each] of Object.entries(rule)) {
      if (name in value) check(context, each, value[name], path === '' ? name : `${path}.${name}`);
    }
  }],
  ['additionalProperties', (context, rule, value, path, schema) => {
    if (!isRecord(value)) return;
    const known = isRecord(schema['properties']) ? schema['properties'] : {};
    for (const [name, each] of Object.entries(value)) {
      if (!(name in known)) check(context, rule, each, path === '' ? name : `${path}.${name}`);
    }
  }],
  ['anyOf', (context, rule, value, path) => {
    if (!Array.isArray(rule)) return;
    const fits = rule.some((each) => {
      const inner: Check = { root: context.root, errors: [] };
      check(inner, each, value, path);
      return inner.errors.length === 0;
    });
    if (!fits) say(context, path, 'is none of what it may be');
  }],
]);
