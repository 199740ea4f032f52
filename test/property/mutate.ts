import fc from 'fast-check';
import { Dice } from './dice.ts';
import { Doc } from './doc.ts';
import { BLOCKS } from './edits/blocks.ts';
import { COMMENTS } from './edits/comments.ts';
import { INLINE } from './edits/inline.ts';
import { LISTS } from './edits/lists.ts';
import { NOISE } from './edits/noise.ts';
import { OBJECTS } from './edits/objects.ts';
import { PACKAGE } from './edits/package.ts';
import { SPECIAL } from './edits/special.ts';
import { TABLES } from './edits/tables.ts';
import { TEXT } from './edits/text.ts';
import { TRACKED } from './edits/tracked.ts';
import type { Edits } from './places.ts';
import { child, elements, type Node } from './tree.ts';

const CHANGES: Edits = {
  ...TEXT,
  ...BLOCKS,
  ...TABLES,
  ...INLINE,
  ...PACKAGE,
  ...LISTS,
  ...OBJECTS,
  ...SPECIAL,
  ...COMMENTS,
};
const ALL: Edits = { ...CHANGES, ...NOISE, ...TRACKED };

/** An edit by name, and the seed of its choices. */
export type Step = readonly [edit: string, seed: number];

function steps(edits: Edits, most: number): fc.Arbitrary<Step[]> {
  const step = fc.tuple(fc.constantFrom(...Object.keys(edits)), fc.nat(0xffff));
  return fc.array(step, { minLength: 1, maxLength: most, size: 'max' });
}

/** Edits that make another document; those that find no place are left out. */
export const changeSteps = steps(ALL, 8);
/** Edits that only make another file of the same document. */
export const noiseSteps = steps(NOISE, 5);

/** The neighbour of a document that the steps lead to. */
export function mutate(data: Uint8Array, list: readonly Step[]): Uint8Array {
  if (list.length === 0) return data;
  const doc = new Doc(data);
  for (const [name, seed] of list) {
    const edit = ALL[name];
    if (!edit) throw new Error(`There is no edit "${name}".`);
    edit(doc, new Dice(seed));
  }
  settleEnd(doc.body);
  return doc.bytes();
}

/** The last paragraph of a body ends no section: the body's own does. */
function settleEnd(body: Node): void {
  const last = elements(body)
    .filter((c) => c.name === 'w:p')
    .at(-1);
  const pPr = last && child(last, 'w:pPr');
  if (pPr) pPr.children = pPr.children.filter((c) => typeof c === 'string' || c.name !== 'w:sectPr');
}
