/**
 * Nodes in other places: what clients do below a directory of their own they mostly could do as well below one that is always
 * there, and then nobody has to make it first.
 */
import type { ClientScript, ScriptedRequest } from '../client/script.ts';
import type { Plan } from '../plan/plan.ts';
import { SYSTEM_PATH } from '../tree/path.ts';

/** The directories below which clients do anything, those that hold others first. */
export function directoriesOf({ clients }: Plan): string[] {
  const found = new Set<string>();
  for (const { operations, recipe } of clients) {
    if (recipe !== undefined && recipe.path !== SYSTEM_PATH) found.add(recipe.path);
    for (const { request } of operations) {
      for (const path of pathsOf(request)) {
        if (!path.startsWith('/') || isWithin(path, SYSTEM_PATH)) continue;
        for (let end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) found.add(path.slice(0, end));
      }
    }
  }
  return [...found].sort((one, other) => one.length - other.length);
}

/**
 * All that is below `directory` is below the root instead; or, where a recipe has its nodes right in there, below the system's
 * own node, since a recipe needs a node that is not the root.
 */
export function elsewhere(plan: Plan, directory: string): Plan {
  const isForRecipes = plan.clients.some(({ recipe }) => recipe?.path === directory);
  const home = isForRecipes ? SYSTEM_PATH : '';
  const moved = (path: string): string => {
    if (!isWithin(path, directory)) return path;
    const place = home + path.slice(directory.length);
    return place === '' ? '/' : place;
  };
  const clients = plan.clients.map((client): ClientScript => {
    const operations = client.operations.map((operation) => ({ ...operation, request: withPaths(operation.request, moved) }));
    const { recipe } = client;
    return { ...client, operations, ...(recipe === undefined ? {} : { recipe: { ...recipe, path: moved(recipe.path) } }) };
  });
  return { ...plan, clients };
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

function pathsOf(request: ScriptedRequest): string[] {
  if (request.kind === 'multi' || request.kind === 'multiRead') return request.ops.map(({ path }) => path);
  return 'path' in request ? [request.path] : [];
}

/** A request with each of its paths replaced. */
export function withPaths(request: ScriptedRequest, moved: (path: string) => string): ScriptedRequest {
  if (request.kind === 'multi') return { ...request, ops: request.ops.map((op) => ({ ...op, path: moved(op.path) })) };
  if (request.kind === 'multiRead') return { ...request, ops: request.ops.map((op) => ({ ...op, path: moved(op.path) })) };
  return 'path' in request ? { ...request, path: moved(request.path) } : request;
}
