import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ZooKeeper } from '../api/index.ts';
import type { Shell } from '../command/shell.ts';
import { TestEnsemble } from '../serve/serve-testing.ts';
import { COMMANDS } from './commands.ts';
import { runProgram } from './program.ts';

const test = suite('status, txnlog, snapshot');

async function viv(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const shell: Shell = {
    out: (line) => void out.push(line), err: (line) => void err.push(line), status: () => undefined,
    isTerminal: false, root: '', reports: '', signal: new AbortController().signal,
  };
  const code = await runProgram(COMMANDS, argv, shell);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

test('the files of a server that was killed', async () => {
  const ensemble = await TestEnsemble.start(1);
  try {
    await ensemble.serving();
    const zk = await ZooKeeper.connect(`127.0.0.1:${ensemble.clientPort(1).port}`);
    await zk.create('/a', 'one');
    await zk.set('/a', 'two');
    await zk.create('/mine', null, { mode: 'EPHEMERAL' });
    await ensemble.kill(1);
    await zk.close();
    const directory = join(ensemble.directory(1), 'version-2');
    const files = await readdir(directory);
    const log = join(directory, files.find((name) => name.startsWith('log.')) ?? 'no log');
    const dumped = await viv('txnlog', log);
    assert.is(dumped.code, 0, dumped.err);
    assert.match(dumped.out, /session 0x[0-9a-f]+ cxid 0x0 zxid 0x[0-9a-f]+ createSession/);
    assert.match(dumped.out, /create2? \/a\n.* setData \/a\n.* create2? \/mine\nEOF reached after 4 txns\.$/);
    const created = /zxid (0x[0-9a-f]+) create2? \/a/.exec(dumped.out)?.[1] ?? '';
    const cut = await viv('txnlog', log, '--chop', created);
    assert.is(cut.code, 0, cut.err);
    assert.match((await viv('txnlog', `${log}.chopped${created.slice(2)}`)).out, /EOF reached after 2 txns\.$/);
    assert.match((await viv('txnlog', log, '--chop', '0x77')).err, /has no transaction 0x77/);

    // One flipped bit in the data of the second transaction: what follows cannot be read before it is mended.
    const hurt = Uint8Array.from(await readFile(log));
    const place = Buffer.from(hurt).indexOf('one');
    hurt[place] = (hurt[place] ?? 0) ^ 1;
    await writeFile(`${log}.hurt`, hurt);
    assert.not.match((await viv('txnlog', `${log}.hurt`)).out, /setData/);
    const mended = await viv('txnlog', `${log}.hurt`, '--recover');
    assert.is(mended.code, 0, mended.err);
    assert.match(mended.out, new RegExp(`^CRC fixed of the entry at byte \\d+, zxid ${created}\n.* 1 fixed CRC .*, 4 trans`));
    assert.match((await viv('txnlog', `${log}.hurt.fixed`)).out, /EOF reached after 4 txns\.$/);
    assert.match((await viv('txnlog', `${log}.hurt`, '--recover')).err, /fixed cannot be written/);
    assert.is((await viv('txnlog', log, '--recover', '--chop', '0x1')).code, 1);

    await ensemble.restart(1);
    await ensemble.serving();
    await ensemble.kill(1);
    const snapshots = (await readdir(directory)).filter((name) => name.startsWith('snapshot.')).sort();
    const shown = await viv('snapshot', join(directory, snapshots.at(-1) ?? ''), '--data');
    assert.is(shown.code, 0, shown.err);
    assert.match(shown.out, /^ZNode Details \(count=\d+\):\n----\n\/\n/);
    assert.match(shown.out, /Session Details/);
    const newest = join(directory, snapshots.at(-1) ?? '');
    const sums = await viv('snapshot', newest, '--summary', '/');
    assert.match(sums.out, /^ \/\n {3}children: \d+\n {3}data: \d+\n-- \/zookeeper\n-- {3}children: 2\n-- {3}data: \d+$/);
    const same = await viv('snapshot', newest, '--compare', newest);
    assert.match(same.out, /Analysis for depth 0\nAnalysis for depth 1\nAnalysis for depth 2\nAll layers compared\.$/);
    assert.is((await viv('snapshot', newest, '--summary', '/none')).code, 1);
    assert.match((await viv('snapshot', newest, '--depth', '2')).err, /--depth goes with --summary/);
    assert.is((await viv('snapshot', log)).code, 4);
    assert.is((await viv('txnlog', join(directory, snapshots[0] ?? ''))).code, 1);
    assert.is((await viv('txnlog')).code, 1);
    assert.is((await viv('snapshot', '/nowhere')).code, 1);
  } finally {
    await ensemble.stop();
  }
});

test('where nobody listens, the status says so', async () => {
  const { code, out } = await viv('status', '127.0.0.1:1');
  assert.is(code, 1);
  assert.match(out, /Error contacting service\. It is probably not running\./);
  assert.is((await viv('status', 'a:b')).code, 1);
});

test.run();
