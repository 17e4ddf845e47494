/**
 * Builds what `npm pack` packs: JavaScript for Node 20 in `dist/lib`, `viv` in `dist/bin`, and types in `dist/types`. The
 * sources go along too, since campaigns bundle their workers from them. Run by `npm run build`.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { repositoryRoot } from '../command/shell.ts';
import { buildProgram, packageOptions } from './package-build.ts';

const root = repositoryRoot();
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
const libraries = { index: 'src/api/index.ts', testing: 'src/testing/index.ts' };
await build({ ...packageOptions(root), entryPoints: libraries, outdir: join(dist, 'lib'), splitting: true });
await buildProgram(root, join(dist, 'bin'));
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const compiled = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.package.json'], { cwd: root, encoding: 'utf8' });
if (compiled.status !== 0) throw new Error(`the types cannot be made: ${compiled.stdout}${compiled.stderr}`);
const { version } = { version: '?', ...parsed(readFileSync(join(root, 'package.json'), 'utf8')) };
process.stdout.write(`built vivarium ${version} in ${dist}\n`);

function parsed(text: string): { readonly version?: string } {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null && 'version' in value ? { version: String(value.version) } : {};
}
