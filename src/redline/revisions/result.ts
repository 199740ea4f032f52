import type { Codec } from '../codec.ts';
import { align, alignmentSteps, Interner } from '../diff/index.ts';
import {
  attribute,
  elements,
  outer,
  type Package,
  PackageEditor,
  parseXml,
  type Rebase,
  rebaseOnto,
  relatedPart,
  type XmlElement,
} from '../ooxml/index.ts';
import type { CompareOptions, Ignorable, Ignore } from '../options.ts';
import {
  BUDGETS,
  type BudgetName,
  type ChangedClause,
  type Rung,
  type SpentBudget,
  type StoryOutcome,
} from '../report.ts';
import { mergeStory, mergeTable, singleBlock } from './blocks.ts';
import type { Marked } from './clauses.ts';
import { type CommentMap, mapComments } from './comments.ts';
import { emptyTally, type Loose, type MergeContext, type Tally } from './context.ts';
import { alignMarks, Bookmarks, highestId, type PartMarks, stampedBy } from './marks.ts';
import { loosePlace } from './moves.ts';
import { type NoteKind, Notes } from './notes.ts';
import { PropsReader } from './props.ts';
import type { SectionWriter } from './sections.ts';

/** Groups of stories that are written on one rung of the ladder. */
export type Region = 'body' | 'headers' | 'notes';
export type Rungs = Readonly<Record<Region, Rung>>;

const STORY_KINDS = ['header', 'footer', 'footnotes', 'endnotes'];

/** Parts with stories: the main document, headers, footers and notes. */
export function storyParts(pkg: Package): string[] {
  const related = pkg
    .relationships(pkg.main)
    .flatMap((r) =>
      r.part !== undefined && STORY_KINDS.some((k) => r.type.endsWith(`/${k}`)) ? [r.part] : [],
    );
  return [...new Set([pkg.main, ...related])];
}

/** A redline in the making: what all its stories share. */
export class Result {
  readonly original: Package;
  readonly modified: Package;
  readonly editor: PackageEditor;
  readonly rebase: Rebase;
  readonly comments: CommentMap;
  readonly bookmarks: Bookmarks;
  readonly notes: Notes;
  readonly tally: Tally = emptyTally();
  readonly stories: StoryOutcome[] = [];
  readonly budgets: SpentBudget[] = [];
  /** Parts written so far, with placeholders for bookmarks. */
  readonly parts = new Map<string, string>();
  /** Parts where something differs for which there is no tracked change. */
  readonly untracked = new Set<string>();
  readonly ignore: Ignore;
  /** Blocks of the body that were marked. */
  readonly marked: Marked[] = [];
  clauses: readonly ChangedClause[] = [];
  /** Differences that were ignored, by aspect. */
  readonly passedOver = new Map<Ignorable, number>();
  readonly #options: CompareOptions;
  readonly #rungs: Rungs;
  readonly #stampedBy: string;
  readonly #symbols = new Interner();
  readonly #props = new PropsReader();
  /** Ceilings reached in the story that is being written. */
  readonly #spent: { readonly budget: BudgetName; readonly allowed: number }[] = [];
  #nextId: number;
  #touches = 0;
  /** Revisions so far within paragraphs that both sides have, and how many may be of single words. */
  #marks = 0;
  readonly #mostMarks: number;
  #leftAsIs = false;

  constructor(original: Package, modified: Package, options: CompareOptions, rungs: Rungs, codec: Codec) {
    this.original = original;
    this.modified = modified;
    this.#options = options;
    this.ignore = options.ignore;
    this.#rungs = rungs;
    this.#stampedBy = stampedBy(options.author, options.date);
    this.editor = new PackageEditor(original, codec);
    const [mine, theirs] = [
      storyParts(original).map((p) => original.root(p).source),
      storyParts(modified).map((p) => modified.root(p).source),
    ];
    this.#nextId = 1 + highestId([...mine, ...theirs, commentText(original), commentText(modified)]);
    this.#mostMarks = markBudget(lengthOf(mine) + lengthOf(theirs));
    this.rebase = rebaseOnto(this.editor, modified, theirs);
    this.comments = mapComments(original, modified, this.freshId);
    this.bookmarks = new Bookmarks(mine, theirs, this.freshId);
    this.notes = new Notes(this.freshId, { original: notesOf(original), modified: notesOf(modified) });
  }

  /** Counts a difference that is ignored. */
  readonly passOver = (aspect: Ignorable): void => {
    this.passedOver.set(aspect, (this.passedOver.get(aspect) ?? 0) + 1);
  };

  /** An id that no mark of the package has. */
  readonly freshId = (): number => this.#nextId++;

  parse(xml: string): XmlElement {
    return parseXml(xml, this.#options.limits.xmlDepth);
  }

  context(region: Region, marks: PartMarks, sections?: SectionWriter): MergeContext {
    const loose: Loose[] = [];
    const ctx: MergeContext = {
      rung: this.#rungs[region],
      granularity: this.#options.granularity,
      ignore: this.ignore,
      leaveAsIs: () => {
        this.#leftAsIs = true;
      },
      passOver: this.passOver,
      noteBlock: (side, element, change) => {
        if (region === 'body') this.marked.push({ side, element, change });
      },
      moves: this.#options.moves,
      props: this.#props,
      symbols: this.#symbols,
      align: (a, b) => {
        const { partner, exhausted } = align(a, b);
        if (exhausted) ctx.spent('alignment-steps', alignmentSteps(a.length + b.length));
        return partner;
      },
      mayMark: () => {
        if (this.#marks < this.#mostMarks) return true;
        ctx.spent('word-marks', this.#mostMarks);
        return false;
      },
      marked: (revisions) => {
        this.#marks += revisions;
      },
      spent: (budget, allowed) => this.#spent.push({ budget, allowed }),
      tally: this.tally,
      stamp: () => {
        this.#touches++;
        return ` w:id="${this.#nextId++}"${this.#stampedBy}`;
      },
      touches: () => this.#touches,
      freshId: () => {
        this.#touches++;
        return this.freshId();
      },
      mark: (element, side) => {
        if (this.ignore.comments && side === 'modified' && element.name.startsWith('w:comment')) return '';
        const xml = marks.mark(element, side);
        if (side === 'modified' && xml !== '' && !marks.repeats(element)) this.#touches++;
        return xml;
      },
      withoutShared: (xml, side) => this.bookmarks.withoutShared(xml, side),
      note: (element, state, partner) => this.notes.reference(element, state, partner),
      sameNote: (a, b) => this.ignore.notes || this.notes.comparable(a, b),
      noteWords: (reference, side) => this.notes.words(reference, side, ctx),
      block: (element, state) => singleBlock(element, state, ctx),
      table: (a, b) => mergeTable(a, b, ctx),
      section: (a, b) => {
        const xml = sections?.write(a, b, ctx) ?? '';
        if (!a || xml !== outer(a)) this.#touches++;
        return xml;
      },
      rewriteSections: sections?.rewrites ?? false,
      blocks: (a, b, counts) =>
        mergeStory(a, b, {
          ...ctx,
          moves: { ...ctx.moves, enabled: false },
          ...(counts ? {} : { tally: emptyTally() }),
        }),
      keepBack: (one) => {
        this.#touches++;
        loose.push(one);
        return loosePlace(loose.length - 1);
      },
      takeLoose: () => loose.splice(0),
    };
    return ctx;
  }

  /** The modified part's root and marks in the terms of a part of the result. */
  modifiedPart(part: string, target: string, original: string): { root: XmlElement; marks: PartMarks } {
    const marks = this.#alignMarks(original, this.rebase.part(part, target));
    const root = this.modified.root(part);
    return { root: marks.modified === root.source ? root : this.parse(marks.modified), marks };
  }

  /** The marks of a part that only the original has. */
  ownMarks(original: string): PartMarks {
    return this.#alignMarks(original, '');
  }

  #alignMarks(original: string, modified: string): PartMarks {
    return alignMarks(
      original,
      modified,
      this.bookmarks,
      this.comments.ids,
      this.comments.shared,
      this.freshId,
    );
  }

  /** Writes a story and notes what became of it. */
  story<T>(story: string, part: string, ctx: MergeContext, write: () => T): T {
    const before = changesOf(this.tally);
    this.#leftAsIs = false;
    const written = write();
    if (this.#leftAsIs) this.untracked.add(part);
    this.stories.push({ story, part, rung: ctx.rung, changes: changesOf(this.tally) - before });
    this.#settleBudgets(story);
    return written;
  }

  #settleBudgets(story: string): void {
    const spent = this.#spent.splice(0);
    for (const budget of BUDGETS) {
      const [first, ...more] = spent.filter((s) => s.budget === budget);
      if (first) this.budgets.push({ story, ...first, times: 1 + more.length });
    }
  }
}

/**
 * Revisions after which words are no longer marked one by one: some for any two documents, and one for so many
 * characters of their XML. An edited contract has a tenth of that. Where every other word is another, the redline would be
 * many times as long as both documents. Measured: about 4 µs each, proof included.
 */
const LEAST_MARKS = 5_000;
const CHARACTERS_PER_MARK = 50;

function markBudget(characters: number): number {
  return LEAST_MARKS + Math.floor(characters / CHARACTERS_PER_MARK);
}

const lengthOf = (sources: readonly string[]): number => sources.reduce((sum, xml) => sum + xml.length, 0);

/** How many changes of any kind were marked. */
function changesOf(tally: Tally): number {
  const { wordsInserted: _i, wordsDeleted: _d, wordsMoved: _m, ...counts } = tally;
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}

/** The notes by kind and id. */
function notesOf(pkg: Package): Record<NoteKind, ReadonlyMap<string, XmlElement>> {
  const of = (kind: NoteKind): Map<string, XmlElement> => {
    const part = relatedPart(pkg, pkg.main, `${kind}s`);
    const notes = part === undefined ? [] : elements(pkg.root(part));
    return new Map(notes.map((n) => [attribute(n, 'w:id') ?? '', n]));
  };
  return { footnote: of('footnote'), endnote: of('endnote') };
}

function commentText(pkg: Package): string {
  const part = relatedPart(pkg, pkg.main, 'comments');
  return part === undefined ? '' : pkg.root(part).source;
}
