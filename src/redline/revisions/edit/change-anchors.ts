import type { XmlElement } from '../../ooxml/index.ts';
import type { ChangeIndex } from '../changes/read.ts';
import type { Range } from './change.ts';
import { type Path, paragraphAt, paragraphOf, paragraphsOf, type Story } from './story.ts';
import type { Tape } from './tape.ts';

/** Where a change begins. */
export interface ChangePlace {
  readonly story: Story;
  readonly path: Path;
  /** What it is made of. */
  readonly elements: readonly XmlElement[];
}

/** The place of the change with an id. */
export function changePlace(
  changes: ChangeIndex,
  id: string,
  stories: readonly Story[],
): ChangePlace | undefined {
  const found = changes.find(id);
  const story = stories.find((s) => s.part === found?.part);
  const [first] = found?.elements ?? [];
  const path = story && first ? pathOf(story, first) : undefined;
  return found && story && path ? { story, path, elements: found.elements } : undefined;
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
  const starts = new Set(elements.map((e) => e.start));
  const cells = tape.cells.filter((c) => c.holders.some((h) => starts.has(h.element.start)));
  const [first, last] = [cells[0], cells[cells.length - 1]];
  return first && last ? { from: first.from, to: last.to } : undefined;
}
