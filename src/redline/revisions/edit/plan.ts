import type { XmlElement } from '../../ooxml/index.ts';
import type { Anchors, Place } from './anchors.ts';
import { ParagraphChange } from './change.ts';
import type { Draft } from './draft.ts';
import { editFault, numbered } from './faults.ts';
import { writeParagraph } from './paragraph.ts';
import { visibleText } from './spot.ts';
import { type Path, paragraphOf, paragraphsOf } from './story.ts';

/** What is to be done to a document, paragraph by paragraph, before anything is written. */
export class Plan {
  readonly draft: Draft;
  readonly anchors: Anchors;
  readonly #changes = new Map<string, ParagraphChange>();
  #edit = 0;

  constructor(draft: Draft, anchors: Anchors) {
    this.draft = draft;
    this.anchors = anchors;
  }

  /** Says which edit is planned next. */
  about(edit: number): this {
    this.#edit = edit;
    return this;
  }

  /** The change of the paragraph of a place, which all edits of it share. */
  at({ story, path }: Pick<Place, 'story' | 'path'>): ParagraphChange {
    return this.change(story.part, path);
  }

  change(part: string, path: Path): ParagraphChange {
    const paragraph = paragraphOf(path);
    const key = `${part} ${paragraph.start}`;
    const change = this.#changes.get(key) ?? new ParagraphChange(part, path, paragraph);
    this.#changes.set(key, change);
    change.edits.add(this.#edit);
    return change;
  }

  has(part: string, path: Path): ParagraphChange | undefined {
    return this.#changes.get(`${part} ${paragraphOf(path).start}`);
  }

  /** Is anything inside an element to be changed? */
  changesIn(part: string, { start, end }: XmlElement): boolean {
    return [...this.#changes.values()].some(
      (c) => c.part === part && c.paragraph.start >= start && c.paragraph.end <= end,
    );
  }

  /** Writes what was planned; paragraphs in text boxes before those that hold the boxes. */
  write(): void {
    const all = [...this.#changes.values()].sort((a, b) => b.paragraph.start - a.paragraph.start);
    for (const change of all) {
      const [edit] = change.edits;
      numbered(edit, () => {
        const twin = twinOf(change);
        this.#put(change);
        if (twin) this.#put(twin);
      });
    }
  }

  #put(change: ParagraphChange): void {
    const { start, end } = change.paragraph;
    const xml = writeParagraph(change, this.draft);
    // What was written inside is part of it now.
    this.draft.render(change.part, change.paragraph);
    this.draft.splice(change.part, start, end, xml);
  }
}

/**
 * The same paragraph in the second copy of a text box (`mc:Fallback`); nothing where there is none.
 *
 * @throws {RedlineError} `edit/not-editable` when the copies say different things
 */
export function twinPath(path: Path): Path | undefined {
  const at = path.findLastIndex((e) => e.name === 'mc:AlternateContent');
  const [holder, choice] = [path[at], path[at + 1]];
  const fallback = holder?.children.find((c) => c.kind === 'element' && c.name === 'mc:Fallback');
  if (!holder || !choice || fallback?.kind !== 'element') return undefined;
  const [mine, theirs] = [[...paragraphsOf(choice)], [...paragraphsOf(fallback)]];
  const index = mine.findIndex((p) => paragraphOf(p) === paragraphOf(path));
  const other = theirs[index];
  if (
    !other ||
    mine.length !== theirs.length ||
    visibleText(paragraphOf(other)) !== visibleText(paragraphOf(path))
  )
    throw editFault('edit/not-editable', 'The two copies of the text box differ.');
  return [...path.slice(0, at + 1), ...other];
}

/** The change of the second copy of a paragraph. */
function twinOf(change: ParagraphChange): ParagraphChange | undefined {
  const path = twinPath(change.path);
  if (!path) return undefined;
  const twin = new ParagraphChange(change.part, path, paragraphOf(path));
  twin.deletions.push(...change.deletions);
  twin.formats.push(...change.formats);
  twin.insertions.push(...change.insertions.filter((i) => i.mark === undefined));
  twin.splits.push(...change.splits);
  twin.before.push(...change.before);
  twin.behind.push(...change.behind);
  twin.appended.push(...change.appended);
  twin.deleted = change.deleted;
  twin.moved = change.moved;
  twin.mark = change.mark;
  twin.look = change.look;
  twin.likeness = change.likeness;
  twin.markLook = change.markLook;
  twin.shown = change.shown;
  return twin;
}
