/** The story beside the diagram: what is broken, the events that it rests on, and how to run it again. */
import type { App } from './app.ts';
import { grouped, make, need } from './dom.ts';
import { eventLink } from './panel-event.ts';

/** Fills the story, once. */
export function tellStory(app: App): void {
  const { finding, story, commands, isAsRecorded } = app.trace.model;
  const panel = need('story', HTMLElement);
  const parts: HTMLElement[] = [];
  if (finding === null) {
    parts.push(make('p', { text: `Every property held, over ${grouped(app.trace.count)} events.` }));
  } else {
    if (finding.promise !== '') parts.push(make('p', { class: 'promise', text: finding.promise }));
    parts.push(make('p', { class: 'sentence', text: finding.sentence }));
  }
  if (!isAsRecorded) {
    const sentence = 'This is not the run that was recorded: the code has changed since, and the trace hash is another.';
    parts.push(make('p', { class: 'warning', text: sentence }));
  }
  if (story.length > 0) parts.push(make('ol', {}, ...story.map(({ at, text }) => storyItem(app, at, text))));
  if (commands.length > 0) {
    parts.push(make('h3', { text: 'Again' }), ...commands.map((command) => make('pre', { text: command })));
  }
  panel.replaceChildren(...parts);
}

function storyItem(app: App, at: number, text: string): HTMLElement {
  const item = make('li', {}, text);
  if (at > 0) item.prepend(eventLink(at, (event) => app.select(event)), ' ');
  const number = app.steps.indexOf(at);
  if (number >= 0) item.prepend(make('span', { class: 'badge', text: String(number + 1) }), ' ');
  return item;
}
