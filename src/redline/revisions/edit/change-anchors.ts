import type { Package, XmlElement } from '../../ooxml/index.ts';
import { readChanges } from '../changes/read.ts';
import type { Range } from './change.ts';
import { type Path, paragraphAt, paragraphOf, paragraphsOf, type Story } from './story.ts';
import type { Tape } from './tape.ts';

/** Where a change begins. */
export interface ChangePlace {
  readonly story: Story;
  readonly path: Path;
  /** What it is made of. */
  readonly elements: ReadonlySet<XmlElement>;
}

/** The places of changes by their ids. */
export function changePlaces(pkg: Package, stories: readonly Story[]): ReadonlyMap<string, ChangePlace> {
  const places = new Map<string, ChangePlace>();
  for (const { change, names, elements } of readChanges(pkg)) {
    const story = stories.find((s) => s.part === change.position.part);
    const first = elements[0];
    const path = story && first ? pathOf(story, first) : undefined;
    if (!story || !path) continue;
    for (const name of names) places.set(name, { story, path, elements: new Set(elements) });
  }
  return places;
}

/** The paragraph around an element, or the first one behind it. */
function pathOf(story: Story, element: XmlElement): Path | undefined {
  const around = paragraphAt(story.root, element.start);
  if (around) return around;
  for (const path of paragraphsOf(story.root)) if (paragraphOf(path).start >= element.start) return path;
  return undefined;
}

/** The words that a change inserted, or the place of those that it deleted; nothing where it is about no words. */
export function changedRange({ elements }: ChangePlace, tape: Tape): Range | undefined {
  const starts = new Set(Array.from(elements, (e) => e.start));
  const cells = tape.cells.filter((c) => c.holders.some((h) => starts.has(h.element.start)));
  const [first, last] = [cells[0], cells[cells.length - 1]];
  return first && last ? { from: first.from, to: last.to } : undefined;
}
