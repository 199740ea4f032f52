import type { Words } from '../diff/index.ts';
import { attribute, elements, outer, rawKey, startTag, withInner, type XmlElement } from '../ooxml/index.ts';
import { wordsOf } from './block.ts';
import { mergePieces, singleStory } from './blocks.ts';
import type { MergeContext, Side, State } from './context.ts';
import { settleMoves } from './moves.ts';

export type NoteKind = 'footnote' | 'endnote';

/** A reference to a note, not the style of its mark. */
const REFERENCE = /<w:(?:foot|end)noteReference\b/;

function kindOf(reference: XmlElement): NoteKind {
  return reference.name === 'w:footnoteReference' ? 'footnote' : 'endnote';
}

/** What becomes of the notes (§17.11) that the text refers to; filled while the text is written. */
export class Notes {
  readonly #freshId: () => number;
  readonly #notes: Record<Side, Record<NoteKind, ReadonlyMap<string, XmlElement>>>;
  /** Original id to modified id, of notes that both sides have. */
  readonly #kept: Record<NoteKind, Map<string, string>> = { footnote: new Map(), endnote: new Map() };
  readonly #removed: Record<NoteKind, Set<string>> = { footnote: new Set(), endnote: new Set() };
  /** Modified id to id in the result, and whether the reference was moved there. */
  readonly #added: Record<NoteKind, Map<string, { id: string; moved: boolean }>> = {
    footnote: new Map(),
    endnote: new Map(),
  };

  /** @param notes  the notes of either side, by kind and id */
  constructor(freshId: () => number, notes: Record<Side, Record<NoteKind, ReadonlyMap<string, XmlElement>>>) {
    this.#freshId = freshId;
    this.#notes = notes;
  }

  /** A note without any paragraph cannot become one with paragraphs, nor the other way round. */
  comparable(original: XmlElement, modified: XmlElement): boolean {
    const isEmpty = (side: Side, reference: XmlElement): boolean => {
      const note = this.#noteOf(reference, side);
      return note !== undefined && elements(note).length === 0;
    };
    return isEmpty('original', original) === isEmpty('modified', modified);
  }

  /** The words of the note that a reference of a side leads to. */
  words(reference: XmlElement, side: Side, ctx: MergeContext): Words {
    const note = this.#noteOf(reference, side);
    return note ? wordsOf(note, ctx) : new Int32Array(0);
  }

  #noteOf(reference: XmlElement, side: Side): XmlElement | undefined {
    return this.#notes[side][kindOf(reference)].get(attribute(reference, 'w:id') ?? '');
  }

  /** Are there notes that only the modified document has? */
  hasAdded(kind: NoteKind): boolean {
    return this.#added[kind].size > 0;
  }

  /** The reference as it goes into the result. */
  reference(element: XmlElement, state: State, partner?: XmlElement): string {
    const kind = kindOf(element);
    const id = attribute(element, 'w:id') ?? '';
    if (state === 'ins' || state === 'to') {
      // A note may refer to itself, or be referred to twice: it comes once.
      const fresh = this.#added[kind].get(id)?.id ?? String(this.#freshId());
      if (!this.#added[kind].has(id)) this.#added[kind].set(id, { id: fresh, moved: state === 'to' });
      return outer(element).replace(/(\sw:id=)"[^"]*"/, `$1"${fresh}"`);
    }
    if (partner) this.#kept[kind].set(id, attribute(partner, 'w:id') ?? '');
    else if (state === 'del') this.#removed[kind].add(id);
    return outer(element);
  }

  /**
   * Content of the notes part of the result, or undefined when it stays as it is.
   *
   * @param text  the part that refers to the notes, as it stands in the result
   */
  write(
    kind: NoteKind,
    original: XmlElement,
    modified: XmlElement,
    text: string,
    ctx: MergeContext,
  ): string | undefined {
    const theirs = new Map(elements(modified).map((n) => [attribute(n, 'w:id') ?? '', n]));
    let changed = false;
    const own = elements(original).map((note) => {
      const id = attribute(note, 'w:id') ?? '';
      const other = theirs.get(this.#kept[kind].get(id) ?? '');
      if (other && ctx.ignore.notes) {
        if (blocksKey(other) !== blocksKey(note)) ctx.passOver('notes');
        return outer(note);
      }
      const same = other ? blocksKey(other) === blocksKey(note) : !this.#removed[kind].has(id);
      if (same) return outer(note);
      changed = true;
      const gone = (): string =>
        ctx.withoutShared(settleMoves([singleStory(note, 'del', ctx, true)], ctx).join(''), 'original');
      return withInner(note, other ? settleMoves(mergePieces(note, other, ctx), ctx).join('') : gone());
    });
    if (this.#added[kind].size === 0) return changed ? own.join('') : undefined;
    return inOrderOfReference([...own, ...this.#writeAdded(kind, theirs, ctx)], kind, text);
  }

  /** Notes that only the modified document has; a note may itself refer to further ones. */
  #writeAdded(kind: NoteKind, theirs: ReadonlyMap<string, XmlElement>, ctx: MergeContext): string[] {
    const out: string[] = [];
    const done = new Set<string>();
    for (;;) {
      const open = [...this.#added[kind]].filter(([from]) => !done.has(from));
      if (open.length === 0) return out;
      for (const [from, { id, moved }] of open) {
        done.add(from);
        const note = theirs.get(from);
        if (!note) continue;
        const tag = startTag(note)
          .replace(/(\sw:id=)"[^"]*"/, `$1"${id}"`)
          .replace(/\/>$/, '>');
        const asItIs = moved && !REFERENCE.test(outer(note));
        const content = asItIs
          ? elements(note).map(outer).join('')
          : settleMoves([singleStory(note, 'ins', ctx, true)], ctx).join('');
        out.push(`${tag}${ctx.withoutShared(content, 'modified')}</${note.name}>`);
      }
    }
  }
}

/** Notes in the order in which the text refers to them. */
function inOrderOfReference(notes: readonly string[], kind: NoteKind, text: string): string {
  const places = new Map(idsIn(text, `w:${kind}Reference`).map((id, i) => [id, i]));
  const placed = notes.map((xml) => ({ xml, place: places.get(idsIn(xml, `w:${kind}`)[0] ?? '') ?? -1 }));
  return placed
    .sort((a, b) => a.place - b.place)
    .map((n) => n.xml)
    .join('');
}

function idsIn(xml: string, name: string): string[] {
  return Array.from(xml.matchAll(new RegExp(`<${name}\\s[^>]*?\\bw:id="([^"]*)"`, 'g')), (m) => m[1] ?? '');
}

/**
 * Numbers the notes that the text refers to in the order of the references.  Ids are free (§17.11.14), but
 * LibreOffice takes them for places: a note with an id of its own kind would be shown at another reference.
 *
 * @param parts  the text and the notes, in this order; both come back with the new ids
 */
export function numberNotes(kind: NoteKind, parts: readonly [text: string, notes: string]): [string, string] {
  const [text, notes] = parts;
  const referred = new Set(idsIn(text, `w:${kind}Reference`));
  const others = idsIn(notes, `w:${kind}`).filter((id) => !referred.has(id));
  let next = Math.max(0, ...others.map(Number).filter(Number.isFinite)) + 1;
  const ids = new Map(Array.from(referred, (id) => [id, String(next++)]));
  const tag = new RegExp(`(<w:${kind}(?:Reference)?\\s[^>]*?\\bw:id=)"([^"]*)"`, 'g');
  const renumbered = (xml: string): string =>
    xml.replace(tag, (whole, head: string, id: string) => {
      const to = ids.get(id);
      return to === undefined ? whole : `${head}"${to}"`;
    });
  return [renumbered(text), renumbered(notes)];
}

function blocksKey(note: XmlElement): string {
  return elements(note).map(rawKey).join('');
}
