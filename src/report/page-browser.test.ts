/** The pages in a real browser, headless: that they open from a disk, show what they should and do what is asked of them. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allProperties } from '../../properties/index.ts';
import { calm } from '../../scenarios/calm.ts';
import { Tally } from '../fuzz/tally.ts';
import { runPlan } from '../run/run.ts';
import { SeedChooser } from '../world/chooser.ts';
import { runPage } from './page-html.ts';
import { impatientRun } from './page-testing.ts';
import { summaryPage } from './page.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-sync'];
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Only a page that hangs takes so long. */
const PATIENCE_MS = 60_000;

interface Context {
  browser: Browser | null;
  folder: string;
  file: string;
}

const context: Context = { browser: null, folder: '', file: '' };
const suiteOfPage = suite('page in a browser');
function test(name: string, run: () => Promise<void>): void {
  // eslint-disable-next-line vivarium/suite-runs -- only where there is no browser, and the reason is printed
  if (CHROMIUM === undefined) suiteOfPage.skip(name, run);
  else suiteOfPage(name, run);
}
if (CHROMIUM === undefined) console.log('skipped: there is no Chromium here (apt-get install chromium)');

const model = impatientRun();
const [first = 0, last = 0] = model.finding?.steps ?? [];

suiteOfPage.before(async () => {
  if (CHROMIUM === undefined) return;
  context.folder = mkdtempSync(join(tmpdir(), 'vivarium-page-'));
  context.file = join(context.folder, 'page.html');
  writeFileSync(context.file, await runPage(model, ROOT));
  context.browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS, timeout: PATIENCE_MS });
});

suiteOfPage.after(async () => {
  await context.browser?.close();
  if (context.folder !== '') rmSync(context.folder, { recursive: true, force: true });
});

/** Opens the page, does something with it, and fails if the page complained or asked for anything. */
async function onPage(
  look: (page: Page) => Promise<void>, options: { dark?: boolean; width?: number } = {},
): Promise<void> {
  const { browser } = context;
  assert.ok(browser);
  const viewport = { width: options.width ?? 1280, height: 800 };
  const page = await browser.newPage({ viewport, colorScheme: options.dark === true ? 'dark' : 'light' });
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on('console', (message) => void complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => void complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) complaints.push(`asked for ${request.url()}`);
  });
  try {
    await page.goto(pathToFileURL(context.file).href);
    await page.waitForSelector('html[data-ready=yes]');
    await frame(page);
    await look(page);
    assert.equal(complaints, []);
  } finally {
    await page.close();
  }
}

/** Waits until what was changed is drawn. */
async function frame(page: Page): Promise<void> {
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
}

async function inView(page: Page): Promise<{ from: number; to: number }> {
  const canvas = page.locator('#diagram');
  return { from: Number(await canvas.getAttribute('data-first')), to: Number(await canvas.getAttribute('data-last')) };
}

/** How many points of the diagram have a colour of the style sheet. */
async function points(page: Page, colour: string): Promise<number> {
  return await page.evaluate<number>(`(() => {
    const canvas = document.getElementById('diagram');
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    const probe = document.createElement('i');
    probe.style.color = 'var(--${colour})';
    document.body.append(probe);
    const [r, g, b] = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
    probe.remove();
    let count = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i] === r && data[i + 1] === g && data[i + 2] === b) count++;
    return count;
  })()`);
}

async function selectedEvent(page: Page): Promise<number> {
  const said = await page.locator('#said').textContent();
  return Number(/^Event (\d+):/.exec(said ?? '')?.[1] ?? 0);
}

test('it opens on the violation, told and drawn', () => onPage(async (page) => {
  assert.match(await page.title(), 'calm 1: impatience');
  assert.is(await page.locator('.verdict').textContent(), 'Safety violated: impatience');
  assert.is(await page.locator('#story .sentence').textContent(), 'that was <enough> & more');
  assert.ok(await page.locator('#story ol li').count() > 2, 'the story tells more than what the finding rests on');
  assert.is(await page.locator('#story ol li:has(.badge)').first().locator('.badge').textContent(), '1');
  const { from, to } = await inView(page);
  assert.ok(from < first && to >= last, `${first} and ${last} in ${from} to ${to}`);
  assert.is(await selectedEvent(page), last);
  assert.ok(await points(page, 'bad') > 100);
  assert.ok(await points(page, 'epoch-1') > 500, 'the leader of epoch 1');
}));

test('arrow keys step, by process with Shift, and links jump', () => onPage(async (page) => {
  await page.keyboard.press('ArrowLeft');
  const before = await selectedEvent(page);
  assert.ok(before < last);
  await page.keyboard.press('ArrowRight');
  assert.is(await selectedEvent(page), last);
  const whose = async (): Promise<string | null> => page.locator('#panel-event .who').textContent();
  const owner = await whose();
  for (let i = 0; i < 3; i++) {
    await page.keyboard.press('Shift+ArrowLeft');
    assert.is(await whose(), owner);
  }
  await page.locator('#story li:has(.badge) .event-link').first().click();
  assert.is(await selectedEvent(page), first);
  await frame(page);
  const { from, to } = await inView(page);
  assert.ok(from <= first && first <= to);
  await page.keyboard.press('0');
  await frame(page);
  assert.equal(await inView(page), { from: 1, to: model.events.process.length });
}));

test('search counts, and Enter goes from hit to hit', () => onPage(async (page) => {
  await page.keyboard.press('/');
  await page.keyboard.type('leaderinfo');
  assert.match(await page.locator('#search-count').textContent() ?? '', /^[1-9]\d*$/);
  const seen = new Set<number>();
  for (let i = 0; i < 2; i++) {
    await page.keyboard.press('Enter');
    assert.match(await page.locator('#panel-event h3').textContent() ?? '', 'LEADERINFO');
    seen.add(await selectedEvent(page));
  }
  assert.is(seen.size, 2);
  assert.match(await page.locator('#search-count').textContent() ?? '', /^\d+ of \d+$/);
}));

test('every process can be seen as it was, and what the event changed is marked', () => onPage(async (page) => {
  await page.locator('#tab-state').click();
  assert.is(await page.locator('#panel-state > details').count(), model.processes.length);
  const server = page.locator('#panel-state > details.changed');
  await server.locator('> summary').click();
  await server.locator('> .inside > details.changed > summary').first().click();
  // The browser says that a branch was opened when it finds the time, and what is inside is made then.
  await server.locator('> .inside > details.changed > .inside > *').first().waitFor();
  assert.ok(await server.locator('.changed').count() >= 2);
  const text = async (): Promise<string> => await server.textContent() ?? '';
  const after = await text();
  await page.keyboard.press('Shift+ArrowLeft');
  assert.ok(await text() !== after, 'the state before is another');
}));

test('filters leave fewer events and say how many', () => onPage(async (page) => {
  await page.locator('#tab-list').click();
  await page.locator('#about').fill('0x100000002');
  await frame(page);
  const told = await page.locator('#about-count').textContent() ?? '';
  const lines = await page.locator('#panel-list .line').count();
  const fits = `${lines} lines, "${told}"`;
  const events = Number(/^([1-9]\d*) events$/.exec(told)?.[1]);
  assert.ok(events < 100 && lines > 0 && lines <= events, fits);
  await page.locator('#about').fill('');
  await page.locator('#kinds-button').click();
  const shown = await page.locator('#kinds-button').textContent();
  await page.getByLabel('PROPOSAL').uncheck();
  assert.ok(await page.locator('#kinds-button').textContent() !== shown);
  await page.keyboard.press('Escape');
}));

test('a list that becomes shorter is seen before the browser bounds how far it is scrolled', () => onPage(async (page) => {
  await page.locator('#tab-list').click();
  const panel = "document.getElementById('panel-list')";
  await page.evaluate(`Object.defineProperty(${panel}, 'scrollTop', { value: 1e6, writable: true })`);
  await page.locator('#about').fill('0x100000002');
  assert.ok(await page.locator('#panel-list .line').count() > 0);
}));

test('the list has lines only for what is in sight', () => onPage(async (page) => {
  await page.locator('#tab-list').click();
  await frame(page);
  const lines = await page.locator('#panel-list .line').count();
  assert.ok(lines > 5 && lines < 80, `${lines} lines for ${model.events.process.length} events`);
  assert.is(await page.locator('#panel-list .line.selected').count(), 1);
}));

test('pointing at an event tells it, clicking selects it', () => onPage(async (page) => {
  await page.keyboard.press('ArrowLeft');
  const target = await selectedEvent(page);
  await page.keyboard.press('ArrowLeft');
  for (let i = 0; i < 3; i++) await page.keyboard.press('+');
  await frame(page);
  const box = await page.locator('#diagram').boundingBox();
  assert.ok(box);
  const { from, to } = await inView(page);
  assert.ok(from <= target && target <= to);
  // The lane is not known here, so the column of the event is tried from top to bottom.
  const found = await page.evaluate<boolean>(`(() => {
    const canvas = document.getElementById('diagram');
    for (let y = 40; y < ${box.height}; y += 6) for (let x = 70; x < ${box.width}; x += 8) {
      const at = { clientX: ${box.x} + x, clientY: ${box.y} + y, pointerId: 7, bubbles: true };
      canvas.dispatchEvent(new PointerEvent('pointermove', at));
      if (document.getElementById('tip').textContent.includes('event ${target.toLocaleString('en')}')) return true;
    }
    return false;
  })()`);
  assert.ok(found, `event ${target} can be pointed at`);
}));

test('it is dark where the reader has it so, and fits a phone', async () => {
  const ground = 'getComputedStyle(document.documentElement).backgroundColor';
  await onPage(async (page) => {
    assert.is(await page.evaluate(ground), 'rgb(20, 23, 27)');
    assert.ok(await points(page, 'bad') > 100);
  }, { dark: true });
  await onPage(async (page) => {
    assert.is(await page.evaluate(ground), 'rgb(255, 255, 255)');
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), 'nothing sticks out');
    assert.ok(await points(page, 'bad') > 50);
  }, { width: 390 });
});

test('the page of a campaign opens, with its curves, and has no code', async () => {
  const timeline = [1, 2, 3].map((seeds) => ({ elapsedMs: seeds * 100, seeds, situations: seeds, failures: seeds > 2 ? 1 : 0 }));
  const tally = new Tally();
  const plan = calm.plan('1');
  const result = runPlan({ ...plan, faults: [], safetyMs: 10, tailMs: 4 }, new SeedChooser('1'), { properties: allProperties });
  tally.add(result, 5, false);
  const file = join(context.folder, 'campaign.html');
  writeFileSync(file, summaryPage({ ...tally.summary(300, 1, false), timeline }, ROOT));
  const { browser } = context;
  assert.ok(browser);
  const page = await browser.newPage();
  await page.goto(pathToFileURL(file).href);
  assert.is(await page.locator('script').count(), 0);
  assert.is(await page.locator('figure svg .curve').count(), 2);
  assert.is(await page.locator('svg .fail').count(), 1);
  assert.is(await page.locator('.failure').count(), 1);
  await page.close();
});

test('every control has a name', () => onPage(async (page) => {
  const nameless = await page.evaluate<string[]>(`[...document.querySelectorAll('button, input, select, canvas[role]')].filter(
    (control) => !(control.getAttribute('aria-label') || control.textContent.trim() || control.closest('label')),
  ).map((control) => control.outerHTML)`);
  assert.equal(nameless, []);
}));

suiteOfPage.run();
