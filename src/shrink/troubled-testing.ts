/**
 * A process that shrinks, for tests: as soon as a plan without clients is tried it does what a bug may do to it. What that is is
 * the name of the property that is violated; that it has begun to loop, a file says that `TROUBLE_FILE` names.
 */
import { writeFileSync } from 'node:fs';
import type { At } from '../history/at.ts';
import { Judge } from '../history/judge.ts';
import type { Property } from '../history/judge.ts';
import type { JudgedFact } from '../history/judged-fact.ts';
import { serveShrinking } from './serve.ts';

class Troubled extends Judge {
  private readonly trouble: (() => void) | null;

  constructor(trouble: (() => void) | null) {
    super();
    this.trouble = trouble;
  }

  see(_fact: JudgedFact, at: At): void {
    this.trouble?.();
    this.violate('somebody leads', at);
  }
}

/** Broken as soon as anybody leads; without clients `trouble` comes first. */
function troubled(name: string, trouble: () => void): Property {
  return {
    name, kind: 'safety', promise: 'Nobody leads.', source: 'a test', codes: [], reads: ['established'], exemptions: [],
    mutants: [], create: ({ clients }) => new Troubled(clients.length === 0 ? trouble : null),
  };
}

const loops = troubled('loops', () => {
  writeFileSync(process.env['TROUBLE_FILE'] ?? '', 'in trouble');
  for (;;);
});

const dies = troubled('dies', () => {
  process.kill(process.pid, 'SIGKILL');
});

serveShrinking([], [loops, dies]);
