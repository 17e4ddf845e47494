/**
 * The rooms of the house and which of them each may import: the one table behind the import-direction and determinism rules.
 * A room is a folder, or a single file where the path names one; the longest path that matches wins. Imports run one way and
 * there is no circle (design, section 3); a room may always import itself, and tests may import anything.
 */

/** One room: where it is, what it may import, and whether simulated code lives in it. */
export interface Room {
  readonly name: string;
  /** Folder or file, relative to the root of the repository. */
  readonly path: string;
  readonly mayImport: readonly string[];
  /** Packages it may import; `any` only above the roof line. */
  readonly packages: readonly string[] | 'any';
  /** Code below the roof runs inside a simulation and must be a function of its inputs. */
  readonly belowRoof: boolean;
}

const GROUND = ['base', 'wire', 'io'];
const SIMULATED = [...GROUND, 'tree', 'zab', 'storage', 'client', 'server', 'recipes', 'world', 'history', 'properties',
  'explore'];
const PLANNED = [...SIMULATED, 'plan', 'scenarios'];
/** What runs on a machine, and the commands that are more than a file. */
const MACHINE = ['api', 'host', 'command', 'package', 'serve', 'zk-shell', 'soak', 'bench'];

function below(name: string, mayImport: readonly string[], packages: readonly string[] = [], path = `src/${name}`): Room {
  return { name, path, mayImport, packages, belowRoof: true };
}

function roof(name: string, mayImport: readonly string[], path = `src/${name}`): Room {
  return { name, path, mayImport, packages: 'any', belowRoof: false };
}

/** Every room, lowest first: a room may import only rooms that stand above it in this list. */
export const ROOMS: readonly Room[] = [
  below('base', [], ['seedrandom']),
  below('wire', ['base']),
  below('wire arbitraries', ['base', 'wire'], ['fast-check'], 'src/wire/arbitraries.ts'),
  below('io', ['base', 'wire']),
  below('tree', GROUND),
  below('zab', GROUND),
  below('storage', GROUND),
  below('client', GROUND),
  below('server', [...GROUND, 'tree', 'zab', 'storage']),
  below('recipes', [...GROUND, 'client']),
  below('world', GROUND),
  below('history', GROUND),
  below('properties', [...GROUND, 'history'], [], 'properties'),
  below('explore', [...GROUND, 'world', 'history', 'properties', 'server', 'client']),
  below('plan', [...GROUND, 'zab', 'client', 'server', 'world', 'history'], ['fast-check', 'seedrandom']),
  below('scenarios', [...GROUND, 'tree', 'client', 'server', 'world', 'plan'], ['fast-check'], 'scenarios'),
  roof('host', GROUND),
  roof('run', PLANNED),
  roof('fuzz', [...PLANNED, 'host', 'run']),
  roof('shrink', [...PLANNED, 'run', 'fuzz']),
  roof('exploration', [...PLANNED, 'run', 'fuzz']),
  roof('report', [...PLANNED, 'run', 'fuzz', 'shrink', 'exploration']),
  roof('mutants', [...PLANNED, 'run', 'fuzz', 'report'], 'properties/mutants'),
  roof('test worker', [], 'properties/run-tests-worker.ts'),
  roof('test front end', ['test worker'], 'properties/run-tests.ts'),
  roof('api', [...GROUND, 'client', 'recipes', 'host']),
  roof('command', []),
  roof('package', ['command']),
  roof('serve', [...GROUND, 'tree', 'zab', 'storage', 'server', 'host', 'command']),
  roof('zk-shell', [...GROUND, 'client', 'api', 'command']),
  roof('soak', [...PLANNED, 'host', 'serve', 'run']),
  roof('bench', [...PLANNED, 'host', 'command', 'package', 'run', 'fuzz', 'exploration', 'report']),
  roof('testing', [...PLANNED, 'api', 'host', 'serve', 'run', 'fuzz']),
  roof('cli', [...PLANNED, ...MACHINE, 'run', 'fuzz', 'shrink', 'exploration', 'report', 'mutants']),
  roof('interop', [...SIMULATED, ...MACHINE]),
];

/** Files below the roof that touch banned globals, each with the reason. */
export const GLOBALS_ALLOWED: ReadonlyMap<string, string> = new Map([
  ['src/world/seal.ts', 'replaces the banned globals by ones that throw while a world runs'],
]);

/** Files that may use `as`, each with the reason. */
export const CASTS_ALLOWED: ReadonlyMap<string, string> = new Map([
  ['src/base/zxid.ts', 'brands numbers that it has checked'],
  ['src/base/session-id.ts', 'brands strings that it has checked'],
]);

/** The room a file stands in; undefined when it is in none. `path` is relative to the root, with forward slashes. */
export function roomOf(path: string): Room | undefined {
  let found: Room | undefined;
  for (const room of ROOMS) {
    const isInside = path === room.path || path.startsWith(`${room.path}/`);
    if (isInside && room.path.length > (found?.path.length ?? 0)) found = room;
  }
  return found;
}

/** Tests, and what several of them share, are exempt from the direction of imports and from determinism. */
export function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.endsWith('-testing.ts');
}

/** The promise-based faces of the client and the recipes: the only files below the roof that may be asynchronous. */
export function isPromiseFace(path: string): boolean {
  return /^src\/(client|recipes)\/.*-face\.ts$/.test(path);
}
