/**
 * A stand-in for `viv bench apache`, to be killed by the test of its fleet: it starts two servers of the program that it is
 * given, which was built in the given directory, says where they are, and does nothing more.
 */
import { repositoryRoot } from '../command/shell.ts';
import { Fleet } from './fleet.ts';
import { LoadClient } from './load-client.ts';

const [viv = '', directory = ''] = process.argv.slice(2);
const programs = { viv, classpath: null, whyNot: '', directory, remove: (): void => undefined };
const fleet = new Fleet(programs, await LoadClient.start(repositoryRoot()));
const all = [await fleet.prepare('ours', 1), await fleet.prepare('ours', 1)];
for (const servers of all) fleet.start(servers);
console.log(JSON.stringify({ clients: all.flatMap(({ clients }) => clients), directories: all.map(({ root }) => root) }));
