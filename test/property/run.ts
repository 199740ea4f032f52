import fc from 'fast-check';
import type { Base } from './bases.ts';
import { holds, isQuiet, mustBeValid, type Outcome } from './laws.ts';
import { changeSteps, mutate, noiseSteps, type Step } from './mutate.ts';

/** A pair by how it is made: both sides are neighbours of one document. */
export interface Recipe {
  readonly base: string;
  readonly original: readonly Step[];
  readonly modified: readonly Step[];
}

export interface Tally {
  pairs: number;
  lower: Recipe[];
  lopsided: number;
}

export const emptyTally = (): Tally => ({ pairs: 0, lower: [], lopsided: 0 });

export function recipes(bases: readonly Base[]): fc.Arbitrary<Recipe> {
  return fc.record({
    base: fc.constantFrom(...bases.map((b) => b.name)),
    // Most pairs have a side that stands as it is.
    original: fc.oneof(
      { weight: 3, arbitrary: fc.constant<Step[]>([]) },
      { weight: 1, arbitrary: changeSteps },
    ),
    modified: changeSteps,
  });
}

export function pairOf(recipe: Recipe, bases: readonly Base[]): [Uint8Array, Uint8Array] {
  const base = bases.find((b) => b.name === recipe.base);
  if (!base) throw new Error(`There is no document "${recipe.base}".`);
  return [mutate(base.data, recipe.original), mutate(base.data, recipe.modified)];
}

/** The laws of redlines over so many pairs; `seen` is told of each that holds. */
export function redlineLaws(
  bases: readonly Base[],
  tally: Tally,
  seen?: (r: Recipe, o: Outcome, pair: [Uint8Array, Uint8Array]) => void,
): fc.IProperty<[Recipe]> {
  return fc.property(recipes(bases), (recipe) => {
    const pair = pairOf(recipe, bases);
    for (const side of pair) mustBeValid(side);
    const outcome = holds(...pair);
    tally.pairs++;
    if (!outcome.first) tally.lower.push(recipe);
    if (!outcome.mirrored) tally.lopsided++;
    seen?.(recipe, outcome, pair);
  });
}

/** Other files of one document are no change. */
export function noiseLaws(bases: readonly Base[]): fc.IProperty<[string, Step[]]> {
  return fc.property(fc.constantFrom(...bases.map((b) => b.name)), noiseSteps, (base, steps) => {
    isQuiet(...pairOf({ base, original: [], modified: steps }, bases));
  });
}
