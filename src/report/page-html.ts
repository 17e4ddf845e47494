/**
 * The page of a run as one HTML file: markup, style, the page's own code bundled, and the document packed into it. It opens from
 * a disk without a network, and its policy forbids it one.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { decimal, duration } from './format.ts';
import type { PageModel } from './page-model.ts';

/** Where the page's own code is. */
const CLIENT = 'src/report/client';
/** Nothing from anywhere: no request leaves the page. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/** The page. `root` is the repository. Throws what esbuild or the file system throws. */
export async function runPage(model: PageModel, root: string): Promise<string> {
  const script = await clientScript(root);
  const packed = gzipSync(JSON.stringify(model), { level: 9 }).toString('base64');
  const title = `${model.scenario} ${model.seed}: ${model.finding?.property ?? 'held'}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${escapeHtml(title)}</title><style>${pageStyle(root)}</style></head><body>
<div id="loading"><p>Unpacking the run…</p><noscript><p>This page needs JavaScript.</p></noscript></div>
<div id="main" hidden>
${headOf(model)}
${BAR}
${STAGE}
${SIDE}
</div>
${HELP}
<p id="said" class="off-screen" aria-live="polite"></p>
<script type="application/octet-stream" id="document">${packed}</script>
<script>${script}</script>
</body></html>
`;
}

/** The style sheet that all pages share. */
export function pageStyle(root: string): string {
  return readFileSync(resolve(root, CLIENT, 'page.css'), 'utf8');
}

/** Text as HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

async function clientScript(root: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [resolve(root, CLIENT, 'main.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2023',
    charset: 'utf8',
    logLevel: 'silent',
  });
  // In a script element, only this ends it.
  return outputFiles.map(({ text }) => text).join('').replace(/<\/script/gi, '<\\/script');
}

const VERDICTS: ReadonlyMap<string, string> = new Map([
  ['safety', 'Safety violated'], ['liveness', 'Liveness violated'], ['crash', 'Crash'], ['unknown', 'Unknown'],
  ['nondeterminism', 'Nondeterminism'],
]);

function headOf(model: PageModel): string {
  const { finding } = model;
  const verdict = finding === null ? 'Held' : `${VERDICTS.get(finding.outcome) ?? finding.outcome}: ${finding.property}`;
  const facts = [
    `${decimal(model.events.process.length)} events`, `${decimal(model.messages.kind.length)} messages`,
    `${duration(model.simulatedMs)} simulated`, `hash ${model.hash}`,
  ];
  return `<header id="head">
<h1>${escapeHtml(model.scenario)} <span>seed ${escapeHtml(model.seed)}</span></h1>
<p class="verdict${finding === null ? '' : ' bad'}">${escapeHtml(verdict)}</p>
<p class="facts">${escapeHtml(facts.join(' · '))}</p>
</header>`;
}

const BAR = `<div id="bar" role="toolbar" aria-label="Search and filter">
<div class="group"><input type="search" id="search" placeholder="Search events" aria-label="Search events">
<button type="button" id="search-previous" aria-label="Previous hit">‹</button>
<button type="button" id="search-next" aria-label="Next hit">›</button>
<span class="count" id="search-count" aria-live="polite"></span></div>
<div class="group"><details class="menu" id="kinds-menu"><summary class="button" id="kinds-button">Messages</summary>
<div id="kinds" role="group" aria-label="Kinds of messages"></div></details>
<input type="text" id="about" list="about-options" placeholder="Session, path, zxid"
 aria-label="Only about this session, path or zxid" autocomplete="off" spellcheck="false">
<datalist id="about-options"></datalist><span class="count" id="about-count"></span></div>
<div class="segmented" role="radiogroup" aria-label="Horizontal axis">
<label><input type="radio" name="axis" id="axis-order" checked>By order</label>
<label><input type="radio" name="axis" id="axis-time">By time</label></div>
<select id="emphasis" aria-label="Highlight">
<option value="all">No highlight</option>
<option value="violation">Violation’s past</option>
<option value="selection">Selection’s past</option></select>
<label><input type="checkbox" id="clients" checked>Clients</label>
<div class="group"><button type="button" id="show-violation">Violation</button>
<button type="button" id="show-all">All</button>
<button type="button" id="show-help" aria-label="Keys and help">?</button></div>
</div>`;

const STAGE = `<div id="stage">
<canvas id="diagram" tabindex="0" role="img" aria-label="Space-time diagram: a lane for each process, time from left to right.
 Arrow keys step through the events; the list beside it says the same in words." aria-describedby="said"></canvas>
<div id="tip" hidden></div>
<p id="note"></p>
<canvas id="overview" role="img" aria-label="The whole run; press or drag to move the diagram"></canvas>
<div id="legend" aria-label="Legend"></div>
</div>`;

const SIDE = `<aside id="side">
<section id="story-part" aria-label="Story"><h2>Story</h2><div id="story"></div></section>
<div id="tabs" role="tablist" aria-label="The selected event">
<button type="button" role="tab" id="tab-event" aria-selected="true" aria-controls="panel-event">Event</button>
<button type="button" role="tab" id="tab-state" aria-selected="false" aria-controls="panel-state" tabindex="-1">States</button>
<button type="button" role="tab" id="tab-list" aria-selected="false" aria-controls="panel-list" tabindex="-1">All events</button>
</div>
<div class="tab-panel" id="panel-event" role="tabpanel" aria-labelledby="tab-event" tabindex="0"></div>
<div class="tab-panel" id="panel-state" role="tabpanel" aria-labelledby="tab-state" tabindex="0" hidden></div>
<div class="tab-panel" id="panel-list" role="tabpanel" aria-labelledby="tab-list" tabindex="0" hidden></div>
</aside>`;

const HELP_KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['← →', 'the event before, the next one, of those that the filters leave'],
  ['Shift ← →', 'the same, in the same process'],
  ['↑ ↓', 'the nearest event of the lane above or below'],
  ['b', 'back to where the received message was sent'],
  ['f', 'forward to where a sent message was received'],
  ['/ · n · N', 'search; next hit; previous hit'],
  ['v · 0', 'the violation; the whole run'],
  ['+ − · a d', 'zoom; pan'],
  ['t', 'by order, by time'],
  ['p · s', 'let the past of the violation, or of the selection, stand out'],
  ['Home End', 'first and last event'],
];

const HELP = `<dialog id="help" aria-labelledby="help-title"><h2 id="help-title">Keys</h2>
<dl>${HELP_KEYS.map(([keys, what]) => `<dt><kbd>${keys}</kbd></dt><dd>${what}</dd>`).join('\n')}</dl>
<p>Drag to pan, turn the wheel to zoom, Shift and the wheel to pan, Alt and the wheel to scroll the lanes.</p>
<form method="dialog" style="margin-top: 12px"><button>Close</button></form></dialog>`;
