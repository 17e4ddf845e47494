/** The panel of one event: what happened, what led to it, what was stated and sent, and what it changed. */
import { grouped, make, timeText } from './dom.ts';
import { roleLabel } from './diagram.ts';
import { segmentAt } from './scene.ts';
import type { Segment } from './scene.ts';
import type { Difference, States } from './states.ts';
import { eventText, factsOf, nameOf, processOf, sentBy, textOf } from './trace.ts';
import type { Trace } from './trace.ts';
import { inWords } from './view-text.ts';

/** Shows another event. */
export type Go = (event: number) => void;

/** Fills the panel. */
export function showEvent(
  panel: HTMLElement, trace: Trace, states: States, segments: readonly Segment[], event: number, go: Go,
): void {
  panel.replaceChildren();
  if (event === 0) {
    panel.append(make('p', { class: 'hint', text: 'Select an event: click it, or press the arrow keys.' }));
    return;
  }
  const process = processOf(trace, event);
  const segment = segmentAt(segments, process, event);
  const role = segment === undefined ? '' : roleLabel(segment);
  panel.append(
    make('h3', {}, make('span', { class: 'who', text: nameOf(trace, process) }), ` ${eventText(trace, event)}`),
    make('p', { class: 'where', text: [
      `event ${grouped(event)}`, timeText(trace.timeUs[event] ?? 0), ...(role === '' ? [] : [role]),
    ].join(' · ') }),
    ...causesOf(trace, event, go),
    ...statedIn(trace, event),
    ...sentIn(trace, event, go),
    ...changedBy(states.changedBy(process, event)),
  );
}

/** A button that shows an event. */
export function eventLink(event: number, go: Go): HTMLButtonElement {
  const link = make('button', { class: 'event-link', text: grouped(event), label: `Show event ${event}` });
  link.type = 'button';
  link.addEventListener('click', () => go(event));
  return link;
}

function section(title: string, items: readonly (HTMLElement | string)[]): HTMLElement[] {
  if (items.length === 0) return [];
  return [make('h4', { text: title }), make('ul', {}, ...items.map((item) => make('li', {}, item)))];
}

function causesOf(trace: Trace, event: number, go: Go): HTMLElement[] {
  const causes: HTMLElement[] = [];
  const sender = trace.sender[event] ?? 0;
  const message = trace.model.events.message[event - 1] ?? 0;
  if (message > 0 && sender > 0) {
    const tookUs = (trace.timeUs[event] ?? 0) - (trace.timeUs[sender] ?? 0);
    causes.push(make('span', {}, 'sent by ', nameOf(trace, processOf(trace, sender)), ' in ', eventLink(sender, go),
      `, ${timeText(tookUs)} on its way`));
  }
  const previous = trace.previous[event] ?? 0;
  if (previous > 0) {
    const name = nameOf(trace, processOf(trace, event));
    causes.push(make('span', {}, `${name} before: `, eventLink(previous, go), ` ${eventText(trace, previous)}`));
  }
  return section('Follows from', causes);
}

function statedIn(trace: Trace, event: number): HTMLElement[] {
  const { facts } = trace.model;
  const own = factsOf(trace, event);
  const stated = own.filter((fact) => facts.between[fact] !== 1).map((fact) => textOf(trace, facts.text[fact]));
  const after = own.filter((fact) => facts.between[fact] === 1).map((fact) => {
    const who = facts.process[fact] ?? -1;
    return `${nameOf(trace, who)}: ${textOf(trace, facts.text[fact])}`;
  });
  return [...section('States', stated), ...section('Then, before the next event', after)];
}

function sentIn(trace: Trace, event: number, go: Go): HTMLElement[] {
  const { messages } = trace.model;
  return section('Sends', sentBy(trace, event).map((message) => {
    const received = messages.receivedAt[message] ?? 0;
    const what = `to ${nameOf(trace, messages.to[message] ?? -1)}: ${textOf(trace, messages.text[message])}`;
    if (received === 0) return make('span', { class: 'lost' }, `${what} (not received)`);
    return make('span', {}, `${what}, received in `, eventLink(received, go));
  }));
}

const DIFFERENCES_MAX = 60;

function changedBy(differences: readonly Difference[]): HTMLElement[] {
  if (differences.length === 0) return [make('h4', { text: 'Changes' }), make('p', { class: 'hint', text: 'nothing' })];
  const rows = differences.slice(0, DIFFERENCES_MAX).map(({ path, before, after }) => make('div', { class: 'change' },
    make('div', { class: 'path', text: path.length === 0 ? '(all of it)' : path.join(' › ') }),
    ...(before === undefined ? [] : [make('del', { text: inWords(before) })]),
    ...(after === undefined ? [] : [make('ins', { text: inWords(after) })])));
  const more = differences.length - rows.length;
  return [
    make('h4', { text: 'Changes' }), ...rows, ...(more > 0 ? [make('p', { class: 'hint', text: `and ${more} more` })] : []),
  ];
}
