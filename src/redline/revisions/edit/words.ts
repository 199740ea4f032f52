import { Interner } from '../../diff/index.ts';
import type { Item, Run } from '../items.ts';
import { NO_PROPS } from '../props.ts';
import { matchUnits, toUnits, type Unit } from '../units.ts';

/** A stretch of an old text, and what comes in its place. */
export interface WordChange {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const RUN: Run = { open: '<w:r>', props: NO_PROPS };

/** The words that differ between two texts, as a comparison would mark them. */
export function wordChanges(old: string, now: string): WordChange[] {
  const symbols = new Interner();
  const units = (text: string): Unit[] => {
    const items: Item[] = text === '' ? [] : [{ kind: 'text', text, run: RUN }];
    return toUnits(items, symbols);
  };
  const [a, b] = [units(old), units(now)];
  const partner = matchUnits(a, b);
  const changes: WordChange[] = [];
  let [i, j, at] = [0, 0, 0];
  while (i < a.length || j < b.length) {
    const from = at;
    while (i < a.length && (partner[i] ?? -1) < 0) at += lengthOf(a[i++]);
    const next = i < a.length ? (partner[i] ?? b.length) : b.length;
    const text = b.slice(j, next).map(textOf).join('');
    if (at > from || text !== '') changes.push({ from, to: at, text });
    j = next + 1;
    if (i < a.length) at += lengthOf(a[i++]);
  }
  return changes;
}

function textOf(unit: Unit | undefined): string {
  return unit?.kind === 'word' ? unit.text : '';
}

function lengthOf(unit: Unit | undefined): number {
  return textOf(unit).length;
}
