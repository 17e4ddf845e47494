/**
 * The package that `npm pack` makes, in an empty project: its JavaScript runs without tsx, its types check, its `viv` works. The
 * tarball is unpacked and its dependencies are linked from this repository, as `npm install` would fetch them from a registry;
 * so what is not tested here is that the registry has them.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryRoot } from '../command/shell.ts';

const test = suite('the package');
const root = repositoryRoot();
const call = promisify(execFile);

const APP = `
import { Lock, ZooKeeper } from 'vivarium';
import { ensemble, simulate } from 'vivarium/testing';

const { value, hash } = await simulate({ seed: 1, faults: 'usual' }, async ({ connect, sleep }) => {
  const zk = connect();
  await sleep(30_000);
  return new Lock(zk, '/lock').with(async ({ fence }) => fence > 0);
});
const one = await ensemble({ servers: 1 });
const zk = await ZooKeeper.connect(one.connectString);
const path = await zk.create('/real', 'x');
await zk.close();
await one.stop();
console.log(JSON.stringify({ value, hash: hash.length > 0, path }));
`;

const TYPED = `
import { ZooKeeper, type WatchedEvent } from 'vivarium';
import { simulate } from 'vivarium/testing';
export const run: Promise<{ readonly value: number }> = simulate({ seed: 1 }, ({ random }) => Promise.resolve(random(3)));
export const hear = (zk: ZooKeeper): Promise<void> => zk.addWatch('/', (event: WatchedEvent) => { void event.type; });
// @ts-expect-error -- a path is text
export const wrong = (zk: ZooKeeper): Promise<string> => zk.create(5);
`;

async function project(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'vivarium-package-'));
  await call(process.execPath, ['--import', 'tsx', 'src/package/build-package.ts'], { cwd: root });
  await call('npm', ['pack', '--ignore-scripts', '--pack-destination', directory], { cwd: root });
  const tarball = (await readdir(directory)).find((name) => name.endsWith('.tgz')) ?? 'no tarball';
  const modules = join(directory, 'node_modules');
  await mkdir(join(modules, 'vivarium'), { recursive: true });
  await call('tar', ['-xzf', join(directory, tarball), '-C', join(modules, 'vivarium'), '--strip-components', '1']);
  const manifest: unknown = JSON.parse(await readFile(join(modules, 'vivarium', 'package.json'), 'utf8'));
  const hasThem = typeof manifest === 'object' && manifest !== null && 'dependencies' in manifest;
  const dependencies = hasThem && typeof manifest.dependencies === 'object' ? Object.keys(manifest.dependencies ?? {}) : [];
  for (const name of dependencies) if (name !== 'tsx') await symlink(join(root, 'node_modules', name), join(modules, name));
  await mkdir(join(modules, '@types'));
  await symlink(join(root, 'node_modules/@types/node'), join(modules, '@types/node'));
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
  await writeFile(join(directory, 'app.js'), APP);
  await writeFile(join(directory, 'typed.ts'), TYPED);
  return directory;
}

test('in an empty project it runs without tsx, its types check, and viv works', async () => {
  const cwd = await project();
  try {
    const { stdout } = await call(process.execPath, ['app.js'], { cwd, timeout: 120_000 });
    assert.equal(JSON.parse(stdout), { value: true, hash: true, path: '/real' });
    const viv = join(cwd, 'node_modules/vivarium/dist/bin/viv.js');
    assert.match((await call(process.execPath, [viv, '--help'], { cwd })).stdout, /^viv COMMAND/);
    const run = await call(process.execPath, [viv, 'run', 'five', '--seed', '1'], { cwd });
    assert.match(run.stdout, /held/);
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    await call(process.execPath, [compiler, ...flags, 'typed.ts'], { cwd }).catch((error: unknown) => {
      throw new Error(error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error));
    });
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
});

test.run();
