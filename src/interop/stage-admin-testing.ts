/**
 * What is asked over HTTP of servers on the stage of `stage-testing.ts`, in each role, without a leader and read-only: which
 * fields each admin command answers with, their types, and their values where a run does not decide them; an answer a line. Not
 * part of the program.
 */
import { CreateFlag } from '../wire/words.ts';
import type { Role, Script, Stage } from './stage-testing.ts';
import { CLOSE, create, getData, onEach, script } from './stage-words-testing.ts';

/** Those that say nothing that an order or a version decides; `monitor` and `observers` are asked apart. */
const COMMANDS: readonly string[] = [
  'configuration', 'conf', 'connections', 'cons', 'connection_stat_reset', 'dirs', 'dump', 'get_trace_mask', 'hash',
  'initial_configuration', 'icfg', 'is_read_only', 'last_snapshot', 'leader', 'observer_connection_stat_reset', 'ruok',
  'server_stats', 'set_trace_mask?traceMask=242', 'set_trace_mask', 'stat_reset', 'stats', 'voting_view', 'watches',
  'watches_by_path', 'watch_summary', 'zabstate', 'nope',
];
/** What a run, or who was elected, decides. */
const VARIABLE: readonly string[] = [
  'client_port', 'server_id', 'myid', 'leader_id', '\\w+_size', 'packets_\\w+', '\\w+_latency', 'uptime', '\\w+_zxid', 'zxid',
  'timestamp', 'established', 'last_response_time', 'zab_counter', 'zab_epoch', 'num_alive_client_connections',
  'outstanding_requests',
];
const NUMBER = new RegExp(`"(${VARIABLE.join('|')})" : (-?[0-9]+|-?[0-9]+\\.[0-9]+|"(?:0x)?[0-9a-f]+")(?=[,\\n])`, 'g');
const SESSION = /\b\d{12,}\b/g;
/** Since 3.9. */
const NEWER = /_(error_count|rate_limited_count)$/;
/** What ours does not count, and what is counted by its kind, whose names `words.test.ts` compares. */
const COUNTED = /^(avg|min|max|cnt|sum|p50|p95|p99|p999)_(?!latency$|client_response_size$|proposal_size$)/;

/** `127.0.0.1:2181`, whoever chose the port. */
const PORT = /(?<=\d\.\d:|all_ports" : \[ )\d+/g;

function masked(text: string): string {
  return text
    .replace(/"version" : ".*"/g, '"version" : #')
    .replace(/"(data_dir|data_log_dir)" : ".*"/g, '"$1" : #')
    .replace(NUMBER, (_, key: string, value: string) => `"${key}" : ${value.replace(/[0-9a-f]+/g, '#').replace('0x', '')}`)
    .replace(PORT, '#')
    .replace(/^ *"\d+" : \[ \],?\n/gm, '')
    .replace(/("digest" : )-?\d+/g, '$1#')
    .replace(SESSION, 'SESSION')
    .replace(/SESSION(, SESSION)+/g, 'SESSION')
    .replace(/(^ *"\d+" : \[ SESSION \],?\n)+/gm, '    "#" : [ SESSION ]\n')
    .replace(/( {\n[^{}]*"digest_version" : 2\n +},?)(?=.* {\n[^{}]*"digest_version")/gs, '');
}

/** The order of a bean's fields is nobody's promise. */
function inOrder(text: string): string {
  return text.split('\n').map((line) => line.replace(/,$/, '')).sort().join('\n');
}

async function answers(stage: Stage, role: Role, commands: readonly string[] = COMMANDS): Promise<void> {
  for (const command of commands) {
    const text = masked(await stage.admin(role, command));
    stage.say(`${role} ${command}: ${(text.includes('"server_stats"') ? inOrder(text) : text).replace(/\n */g, ' ')}`);
  }
}

/** Each metric whose name is its own, with its type. */
function namesIn(monitor: string): string[] {
  const names = [...monitor.matchAll(/^ {2}"(\w+)" : (".*"|null|[-\d]+(\.\d+)?),?$/gm)];
  const own = names.filter(([, name = '']) => !COUNTED.test(name) && !NEWER.test(name));
  return own.map(([, name = '', value = '', fraction]) => {
    return `${name} ${fraction !== undefined ? 'double' : /^[-\d]/.test(value) ? 'whole' : 'text'}`;
  }).sort();
}

/** On an ensemble that is whole. */
export const ADMINS: readonly Script[] = [
  onEach('what servers say over HTTP', async (stage, role) => {
    const line = await stage.line(role, role);
    const path = `/admin-${role}`;
    await line.ask(create(path, CreateFlag.EPHEMERAL), getData(path, true));
    await answers(stage, role);
    const observers = (await stage.admin(role, 'observers')).match(/"(synced_observers|sid|command|error)" : [^,\n]*/g) ?? [];
    stage.say(`${role} observers: ${observers.join(' ')}`);
    stage.say(`${role} monitor: ${namesIn(await stage.admin(role, 'monitor')).join(', ')}`);
    const links = (await stage.admin(role, '')).replace(/<a href="[^"]*">(restore|snapshot)<.*\n.*\n/g, '');
    stage.say(`${role}: ${links.replaceAll('\n', ' ')}`);
    const digests = (await stage.ensemble.word(stage.idOf(role), 'hash')).replace(/^[0-9a-f]+: -?\d+$/gm, '#: #');
    stage.say(`${role} hash: ${[...new Set(digests.split('\n'))].join('\n')}`);
    await line.ask(CLOSE);
  }),
];

/** Where `other` has no leader. */
export const IDLE_ADMINS: readonly Script[] = [
  script('what a server says over HTTP that has no leader', async (stage) => {
    // Apache's breaks down when it is asked to `monitor`.
    await answers(stage, 'other');
    await answers(stage, 'other', ['observers', 'config', 'restore/x']);
  }),
];

/** Where `other` only reads. */
export const LONELY_ADMINS: readonly Script[] = [
  script('what a read-only server says over HTTP', async (stage) => {
    await answers(stage, 'other', COMMANDS.filter((command) => !/^(dump|connections|cons|stats)$/.test(command)));
    await answers(stage, 'other', ['observers']);
  }),
];
