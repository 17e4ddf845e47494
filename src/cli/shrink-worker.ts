/** Finds and shrinks failures for the parent that asks, with or without a bug planted, until it hangs up. */
import { allProperties } from '../../properties/index.ts';
import { SCENARIOS } from '../../scenarios/index.ts';
import { serveShrinking } from '../shrink/serve.ts';

serveShrinking(SCENARIOS, allProperties);
