/**
 * Records a failure in code with a mutant planted: a bundle of this, with the mutant's edits, is a child of `viv report`. Its
 * arguments are the failure file, the properties to judge if it does not say and the file for the page's document.
 */
import { writeFileSync } from 'node:fs';
import { allProperties } from '../../properties/index.ts';
import { recordPage } from '../report/page-run.ts';
import { readFailure } from '../run/failure.ts';
import { chooserOf, judgesOf } from '../run/follow.ts';

const [file = '', names = '', out = '', ...commands] = process.argv.slice(2);
const failure = readFailure(file);
const properties = judgesOf({ ...failure, judged: failure.judged ?? names.split(',') }, allProperties);
const { model } = recordPage(failure.plan, chooserOf(failure), { properties, hash: failure.hash, commands });
writeFileSync(out, JSON.stringify(model));
