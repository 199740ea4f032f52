import type { NoteReference } from './block.ts';
import { canonical } from './canonical.ts';
import { Context, type Names } from './context.ts';
import { attribute, child, type Element } from './element.ts';
import { localName } from './names.ts';
import type { Package } from './package.ts';
import { type Mode, resolve } from './resolve.ts';
import { readStory, type Story, storyOf } from './story.ts';

/** What a document says, story by story: `body`, `header 1 default`, `footnote 2`, … */
export type View = ReadonlyMap<string, Story>;

/** Roots of the parts that hold stories, by name. */
export type Parts = ReadonlyMap<string, Element>;

/** What a document says with the roots of its story parts as given, which are resolved. */
export function readDocument(source: Package, roots: Parts): View {
  return new DocumentReader(source, roots).read();
}

/** Story parts with every tracked change accepted or rejected. Without tracked changes both are as they stand. */
export function resolvedParts(source: Package, mode: Mode): Parts {
  return new Map(source.storyParts.map((part) => [part, resolve(source.root(part), mode)]));
}

class DocumentReader {
  private readonly source: Package;
  private readonly roots: Parts;
  private readonly contexts = new Map<string, Context>();
  private readonly ids: Ids;
  private readonly stories = new Map<string, Story>();

  constructor(source: Package, roots: Parts) {
    this.source = source;
    this.roots = roots;
    this.ids = new Ids(source);
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
    const made = new Context(this.ids.namesIn(part), this.source.workshop.memory);
    this.contexts.set(part, made);
    return made;
  }
}

type NoteBodies = ReadonlyMap<
  string,
  { readonly note: Element; readonly root: Element; readonly part: string }
>;

/** Children of `w:abstractNum` and `w:num` that only identify them. */
const LIST_IDENTITY = new Set(['w:nsid', 'w:tmpl', 'w:abstractNumId', 'w:multiLevelType']);

/** What the ids of one package stand for. */
class Ids {
  private readonly source: Package;
  private readonly styles: ReadonlyMap<string, string>;
  private readonly lists = new Map<string, string>([['0', 'none']]);
  private readonly definitions: ReadonlyMap<
    string,
    { readonly holders: readonly Element[]; readonly part: string }
  >;

  constructor(source: Package) {
    this.source = source;
    this.styles = styleNames(source);
    this.definitions = listDefinitions(source);
  }

  namesIn(part: string): Names {
    const targets = new Map<string, string>();
    return {
      style: (id) => this.styles.get(id) ?? id,
      list: (id) => this.list(id),
      target: (id) => {
        const known = targets.get(id) ?? this.target(part, id);
        targets.set(id, known);
        return known;
      },
    };
  }

  private list(id: string): string {
    const known = this.lists.get(id);
    if (known !== undefined) return known;
    const definition = this.definitions.get(id);
    const digest = definition ? this.listDigest(definition.holders, definition.part) : 'missing';
    this.lists.set(id, digest);
    return digest;
  }

  private listDigest(holders: readonly Element[], part: string): string {
    const { codec, memory } = this.source.workshop;
    const context = new Context(this.namesIn(part), memory);
    const said = holders
      .flatMap((holder) => holder.children)
      .filter((el) => !LIST_IDENTITY.has(el.name))
      .map((el) => canonical(el, context, true));
    return codec.sha256(codec.encodeUtf8(said.join('|')));
  }

  private target(part: string, id: string): string {
    const rel = this.source.relationships(part).get(id);
    if (rel === undefined) return `missing:${id}`;
    if (rel.part === undefined) return `url:${rel.target}`;
    return this.source.has(rel.part) ? `part:${this.source.digest(rel.part)}` : 'missing-part';
  }
}

function styleNames(source: Package): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const part of source.relatedParts(source.main, 'styles')) {
    for (const style of source.outline(part, { name: 'w:style', upTo: 'w:name' }).children) {
      const name = style.name === 'w:style' ? child(style, 'w:name') : undefined;
      const id = attribute(style, 'w:styleId');
      if (name && id) names.set(id, (attribute(name, 'w:val') ?? '').toLowerCase());
    }
  }
  return names;
}

/** `w:numId` → its abstract definition and its own overrides (§17.9). */
function listDefinitions(
  source: Package,
): ReadonlyMap<string, { readonly holders: readonly Element[]; readonly part: string }> {
  const found = new Map<string, { holders: Element[]; part: string }>();
  for (const part of source.relatedParts(source.main, 'numbering')) {
    const { children } = source.root(part);
    const abstract = new Map(
      children
        .filter((el) => el.name === 'w:abstractNum')
        .map((el) => [attribute(el, 'w:abstractNumId'), el]),
    );
    for (const num of children) {
      const id = attribute(num, 'w:numId');
      if (num.name !== 'w:num' || id === undefined) continue;
      const ref = child(num, 'w:abstractNumId');
      const base = ref && abstract.get(attribute(ref, 'w:val'));
      found.set(id, { holders: base ? [base, num] : [num], part });
    }
  }
  return found;
}
