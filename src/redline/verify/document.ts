import type { NoteReference } from './block.ts';
import { Context, type Memory } from './context.ts';
import { attribute, child, type Element } from './element.ts';
import { Ids } from './ids.ts';
import { localName } from './names.ts';
import type { Package } from './package.ts';
import { type Mode, resolve } from './resolve.ts';
import { readStory, type Story, storyOf } from './story.ts';

/** What a document says, story by story: `body`, `header 1 default`, `footnote 2`, … */
export type View = ReadonlyMap<string, Story>;

/** Roots of the parts that hold stories, by name. */
export type Parts = ReadonlyMap<string, Element>;

/**
 * What a document says with the roots of its story parts as given, which are resolved.
 *
 * @param memory the same for all documents that are compared.
 */
export function readDocument(source: Package, roots: Parts, memory: Memory): View {
  return new DocumentReader(source, roots, memory).read();
}

/** Story parts with every tracked change accepted or rejected. Without tracked changes both are as they stand. */
export function resolvedParts(source: Package, mode: Mode): Parts {
  return new Map(source.storyParts.map((part) => [part, resolve(source.root(part), mode)]));
}

class DocumentReader {
  private readonly source: Package;
  private readonly roots: Parts;
  private readonly memory: Memory;
  private readonly contexts = new Map<string, Context>();
  private readonly ids: Ids;
  private readonly stories = new Map<string, Story>();

  constructor(source: Package, roots: Parts, memory: Memory) {
    this.source = source;
    this.roots = roots;
    this.memory = memory;
    this.ids = new Ids(source, memory);
  }

  read(): View {
    const { main } = this.source;
    const root = this.roots.get(main);
    const holder = root && child(root, 'w:body');
    const body = root && holder && readStory(holder, root, this.context(main));
    if (body !== undefined) {
      this.stories.set('body', body);
      this.readHeaders(body);
    }
    this.readNotes();
    return this.stories;
  }

  /** Headers and footers of each section, those of the section before where it has none (§17.10.1). */
  private readHeaders(body: Story): void {
    const read = new Map<string, Story>();
    const current = new Map<string, string | undefined>();
    body.sectionElements.forEach((sectPr, index) => {
      for (const [place, part] of this.references(sectPr)) current.set(place, part);
      for (const [place, part] of [...current].sort()) {
        const root = part === undefined ? undefined : this.roots.get(part);
        if (part === undefined || root === undefined) continue;
        const story = read.get(part) ?? readStory(root, root, this.context(part));
        read.set(part, story);
        const [kind, which] = place.split(' ');
        this.stories.set(`${kind} ${index + 1} ${which}`, story);
      }
    });
  }

  /** `header default` → part name. */
  private *references(sectPr: Element): Iterable<[string, string | undefined]> {
    const rels = this.source.relationships(this.source.main);
    for (const el of sectPr.children) {
      if (el.name !== 'w:headerReference' && el.name !== 'w:footerReference') continue;
      const id = attribute(el, 'r:id');
      const kind = localName(el.name).slice(0, 'header'.length);
      yield [`${kind} ${attribute(el, 'w:type') ?? 'default'}`, rels.get(id ?? '')?.part];
    }
  }

  /** Notes in the order of their references: their ids say nothing. */
  private readNotes(): void {
    const bodies = this.noteBodies();
    const counts = { footnote: 0, endnote: 0 };
    for (const owner of [...this.stories.values()]) {
      for (const note of owner.notes) {
        counts[note.kind] += 1;
        this.stories.set(`${note.kind} ${counts[note.kind]}`, this.readNote(note, bodies));
      }
    }
  }

  private readNote(note: NoteReference, bodies: NoteBodies): Story {
    const found = bodies.get(`${note.kind} ${note.id}`);
    return found ? readStory(found.note, found.root, this.context(found.part)) : storyOf('MISSING NOTE');
  }

  private noteBodies(): NoteBodies {
    const bodies = new Map<string, { note: Element; root: Element; part: string }>();
    for (const [part, root] of this.roots) {
      if (root.name !== 'w:footnotes' && root.name !== 'w:endnotes') continue;
      for (const note of root.children) {
        bodies.set(`${localName(note.name)} ${attribute(note, 'w:id')}`, { note, root, part });
      }
    }
    return bodies;
  }

  private context(part: string): Context {
    const known = this.contexts.get(part);
    if (known !== undefined) return known;
    const made = new Context(this.ids.namesIn(part), this.memory);
    this.contexts.set(part, made);
    return made;
  }
}

type NoteBodies = ReadonlyMap<
  string,
  { readonly note: Element; readonly root: Element; readonly part: string }
>;
