/**
 * Records a failure in code with a mutant planted: a bundle of this, with the mutant's edits, is a child of `viv report`. Its
 * arguments are the failure file, the names of the properties to judge and the file for the page's document.
 */
import { writeFileSync } from 'node:fs';
import { allProperties } from '../../properties/index.ts';
import { readFailure } from '../fuzz/failure.ts';
import { recordRun } from '../report/page-run.ts';
import { TapeChooser } from '../world/chooser.ts';

const [file = '', names = '', out = '', ...commands] = process.argv.slice(2);
const failure = readFailure(file);
const properties = allProperties.filter(({ name }) => names.split(',').includes(name));
const chooser = new TapeChooser(failure.tape, failure.plan.seed);
const { model } = recordRun(failure.plan, chooser, { properties, hash: failure.hash, commands });
writeFileSync(out, JSON.stringify(model));
