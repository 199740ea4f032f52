import { type Package, readNumbering, readStyles, type Styles, type XmlElement } from '../../ooxml/index.ts';
import { revisionOffsets } from '../decide/names.ts';
import { storyParts } from '../result.ts';
import type { Change, ChangeKind, ChangePosition } from './change.ts';
import { Clauses } from './clauses.ts';
import type { Group, Spot } from './group.ts';
import { ChangeNames, type Named } from './identity.ts';
import { idsIn, readLasting } from './lasting.ts';
import { Ledger } from './ledger.ts';
import { Looks } from './looks.ts';
import { storyNames } from './stories.ts';
import { PartReader } from './walk.ts';

/** A logical change with the revision elements that it consists of, all of one part. */
export interface FoundChange {
  readonly change: Change;
  /** Its id by its words and its place, which is not its id where the document says another. */
  readonly natural: string;
  /** Every id that the change answers to. */
  readonly names: readonly string[];
  /** Those elements stand in the tree that `Package.root` gives; ends of ranges are among them. */
  readonly elements: readonly XmlElement[];
}

/** All changes of a document, in document order: body, headers and footers, notes. */
export function readChanges(pkg: Package): FoundChange[] {
  const styles = readStyles(pkg);
  const numbering = readNumbering(pkg, styles);
  const groups = readGroups(pkg, styles, () => new Clauses(new Looks(styles, numbering)), true);
  return finished(groups, readLasting(pkg));
}

/** @param everything  also what follows the order of the document: numbers of paragraphs, clauses */
function readGroups(
  pkg: Package,
  styles: Styles,
  clausesOf: () => Clauses | undefined,
  everything: boolean,
  parts = storyParts(pkg),
): readonly Group[] {
  const ledger = new Ledger();
  const storiesOf = storyNames(pkg);
  for (const part of parts) {
    const offsets = revisionOffsets(pkg.root(part).source);
    if (offsets.length === 0) continue;
    const reader = new PartReader({ part, ledger, styles, clauses: clausesOf(), holds: holder(offsets) });
    for (const { name, content } of storiesOf(part)) reader.story(name, content);
    if (everything) reader.finish();
  }
  return ledger.groups;
}

/** The changes of a document for whoever asks for few of them: most of a long document is then not looked into. */
export class ChangeIndex {
  readonly #groups: readonly Group[];
  readonly #names: ChangeNames;
  /** Where the document says what changes were called, that tells about all of them. */
  readonly #renamed: ReadonlyMap<Group, Named> | undefined;
  #owners: ReadonlyMap<XmlElement, Group> | undefined;

  constructor(pkg: Package) {
    const groups = readGroups(pkg, readStyles(pkg), () => undefined, false);
    const lasting = readLasting(pkg);
    this.#groups = groups;
    this.#names = namesOf(groups);
    if (lasting.size === 0) return;
    const all = renamed(this.#names.all(), lasting);
    this.#renamed = new Map(groups.map((g, i) => [g, all[i] ?? { id: '', names: [] }] as const));
  }

  /** The id of the change that a revision element belongs to; `''` where it belongs to none. */
  idOf(element: XmlElement): string {
    this.#owners ??= new Map(this.#groups.flatMap((g) => g.elements.map((e) => [e, g] as const)));
    const group = this.#owners.get(element);
    if (!group) return '';
    return this.#renamed?.get(group)?.id ?? this.#names.idOf(group);
  }

  /** The revision elements of the change that answers to an id, and their part. */
  find(id: string): { readonly part: string; readonly elements: readonly XmlElement[] } | undefined {
    const byName = (g: Group): boolean => this.#renamed?.get(g)?.names.includes(id) ?? false;
    const group = this.#renamed ? this.#groups.findLast(byName) : this.#names.find(id);
    return group && { part: group.position.paragraph.part, elements: group.elements };
  }
}

function namesOf(groups: readonly Group[]): ChangeNames {
  return new ChangeNames(groups, (g) => kindOfStory(g.story));
}

/** Does one of the offsets lie in an element? */
export function holder(offsets: readonly number[]): (element: XmlElement) => boolean {
  return (element) => {
    let [low, high] = [0, offsets.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((offsets[middle] ?? 0) < element.start) low = middle + 1;
      else high = middle;
    }
    return (offsets[low] ?? Number.POSITIVE_INFINITY) < element.end;
  };
}

/** A change of another part than the main one, as far as naming the others depends on it. */
export interface NamedElsewhere {
  readonly natural: string;
  /** Kind of its story. */
  readonly kind: string;
}

/** Names of the changes outside of the main part, in document order. */
export function namesElsewhere(pkg: Package): NamedElsewhere[] {
  const parts = storyParts(pkg).filter((part) => part !== pkg.main);
  const groups = readGroups(pkg, readStyles(pkg), () => undefined, false, parts);
  const names = namesOf(groups).all();
  return groups.map((g, i) => ({ natural: names[i]?.id ?? '', kind: kindOfStory(g.story) }));
}

function finished(groups: readonly Group[], lasting: ReadonlyMap<string, string>): FoundChange[] {
  const natural = namesOf(groups).all();
  const named = lasting.size === 0 ? natural : renamed(natural, lasting);
  const ids = new Map(groups.map((g, i) => [g, named[i]?.id ?? '']));
  return groups.map((group, i) => ({
    change: changeOf(group, named[i]?.id ?? '', (group.within && ids.get(group.within)) ?? null),
    natural: natural[i]?.id ?? '',
    names: named[i]?.names ?? [],
    elements: group.elements,
  }));
}

/** By what the document says that changes were called, where nothing else is called so. */
function renamed(natural: readonly Named[], lasting: ReadonlyMap<string, string>): Named[] {
  const ids = idsIn(
    natural.map(({ id }) => id),
    lasting,
  );
  const given = new Set(natural.map(({ id }) => lasting.get(id) ?? id));
  return natural.map((named, i) => {
    const id = ids[i];
    if (id === undefined) return named;
    // Its other names may be those of changes that are gone.
    return id === named.id
      ? { id, names: named.names.filter((name) => name === id || !given.has(name)) }
      : { id, names: [id] };
  });
}

/** `footnote` of `footnote 3`, `text box` of `text box 2 in body`. */
export function kindOfStory(story: string): string {
  return /^(?:text box|\S+)/.exec(story)?.[0] ?? story;
}

function changeOf(group: Group, id: string, within: string | null): Change {
  const kind = kindOf(group);
  const formats = /formatting$|^numbering$/.test(kind);
  const tidy = (text: string): string =>
    group.subject === 'row' || group.subject === 'cells'
      ? text.replace(/\n+\t/g, '\t').replace(/\s+$/, '')
      : text;
  return {
    id,
    kind,
    author: group.author,
    date: group.date,
    story: group.story,
    clause: group.where.clause,
    heading: group.where.heading,
    before: tidy(group.before || (group.sides.has('del') ? code(group) : '')),
    after: tidy(group.after || (group.sides.has('ins') ? code(group) : '')),
    format: formats ? { before: group.format.before.join('; '), after: group.format.after.join('; ') } : null,
    position: positionOf(group.position),
    movedTo: group.subject === 'move' && group.movedTo ? positionOf(group.movedTo) : null,
    revisions: [...new Set(group.elements.map((e) => e.name))],
    within,
  };
}

function positionOf({ paragraph, offset }: Spot): ChangePosition {
  return { part: paragraph.part, paragraph: paragraph.number, paragraphId: paragraph.id, offset };
}

/** The instruction of a field, for a change that shows no text. */
function code(group: Group): string {
  return group.before + group.after === '' && group.code !== '' ? `{${group.code.trim()}}` : '';
}

const KINDS: Readonly<Record<Group['subject'], readonly [ifInserted: ChangeKind, ifDeleted: ChangeKind]>> = {
  text: ['insertion', 'deletion'],
  move: ['move', 'move'],
  row: ['row-insertion', 'row-deletion'],
  cells: ['cell-insertion', 'cell-deletion'],
  merge: ['cell-merge', 'cell-merge'],
  run: ['run-formatting', 'run-formatting'],
  paragraph: ['paragraph-formatting', 'paragraph-formatting'],
  numbering: ['numbering', 'numbering'],
  section: ['section-formatting', 'section-formatting'],
  table: ['table-formatting', 'table-formatting'],
  control: ['control-insertion', 'control-deletion'],
};

function kindOf({ subject, sides }: Group): ChangeKind {
  const [inserted, deleted] = [sides.has('ins') || sides.has('to'), sides.has('del') || sides.has('from')];
  if (subject === 'text' && inserted && deleted) return 'replacement';
  return KINDS[subject][deleted && !inserted ? 1 : 0];
}
