import type { Codec } from '../../codec.ts';
import { attribute, openPackage, PackageEditor, type XmlElement } from '../../ooxml/index.ts';
import type { Limits } from '../../options.ts';
import { hashOf } from '../changes/hash.ts';
import { writeLasting } from '../changes/lasting.ts';
import { type FoundChange, readChanges } from '../changes/read.ts';

/** What a document held before some of its changes were decided. */
export interface Former {
  readonly found: readonly FoundChange[];
  /** Those that are still there. */
  readonly left: ReadonlySet<FoundChange>;
  /** Did an element of a part stand in what went away? */
  readonly isGone: (part: string, element: XmlElement) => boolean;
}

/** The document with the ids that its changes had before. */
export function keepIds(document: Uint8Array, former: Former, limits: Limits, codec: Codec): Uint8Array {
  const pkg = openPackage(document, codec, limits);
  const editor = new PackageEditor(pkg, codec);
  const after = former.left.size === 0 ? [] : readChanges(pkg);
  const ids = idsOf(former, after);
  writeLasting(
    editor,
    after.flatMap((f, i) => (ids[i] === f.natural ? [] : [[f.natural, ids[i] ?? ''] as const])),
  );
  return editor.touched ? editor.bytes() : document;
}

/** What each change shall be called: as before where it is the same, and never as one that is gone. */
function idsOf(former: Former, after: readonly FoundChange[]): string[] {
  const owners = ownersOf(former, after);
  const candidates = after.map((f) => new Set(f.elements.flatMap((e) => owners.get(e) ?? [])));
  const heirs = new Map<FoundChange, number>();
  for (const owner of candidates.flatMap((set) => [...set])) heirs.set(owner, (heirs.get(owner) ?? 0) + 1);
  const taken = new Set(former.found.flatMap((f) => (former.left.has(f) ? [] : [f.change.id])));
  const kept = candidates.map((set) => {
    const [only] = set;
    return set.size === 1 && only && former.left.has(only) && heirs.get(only) === 1
      ? only.change.id
      : undefined;
  });
  for (const id of kept) if (id !== undefined) taken.add(id);
  // What several became, and what became several, is another change than each of them was.
  for (const owner of heirs.keys()) taken.add(owner.change.id);
  return after.map((f, i) => kept[i] ?? free(wanted(f.natural, candidates[i] ?? new Set()), taken));
}

/** An id that no change had before: what it comes from is part of it, so that it is not one of several decisions ago. */
function wanted(natural: string, owners: ReadonlySet<FoundChange>): string {
  if (owners.size === 0) return natural;
  const origin = hashOf([natural, ...[...owners].map((o) => o.change.id)].join(' '));
  return `${natural.replace(/-.*/, '')}-${origin.slice(0, 6)}`;
}

function free(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let n = 2; taken.has(id); n++) id = `${wanted}-${n}`;
  taken.add(id);
  return id;
}

type Owned = readonly [element: XmlElement, owner: FoundChange];

/** Which change each element of a change belonged to: deciding takes elements away, and leaves the others in order. */
function ownersOf(
  { found, left, isGone }: Former,
  after: readonly FoundChange[],
): Map<XmlElement, FoundChange> {
  const owners = new Map<XmlElement, FoundChange>();
  const before = byPart(found.filter((f) => left.has(f)));
  for (const [part, now] of byPart(after)) {
    const old = (before.get(part) ?? []).filter(([element]) => !isGone(part, element));
    const alike = old.length === now.length && now.every(([e], i) => e.name === old[i]?.[0].name);
    if (alike) for (const [i, [element]] of now.entries()) owners.set(element, (old[i] as Owned)[1]);
    else for (const [element, owner] of byNumber(old, now)) owners.set(element, owner);
  }
  return owners;
}

/** Where more went than was decided: by `w:id`, where it is one element's alone. */
function byNumber(old: readonly Owned[], now: readonly Owned[]): Owned[] {
  const keyOf = ([element]: Owned): string => `${element.name} ${attribute(element, 'w:id') ?? ''}`;
  const count = new Map<string, number>();
  for (const one of old) count.set(keyOf(one), (count.get(keyOf(one)) ?? 0) + 1);
  const owner = new Map(old.map((one) => [keyOf(one), one[1]] as const));
  return now.flatMap((one) => {
    const found = count.get(keyOf(one)) === 1 ? owner.get(keyOf(one)) : undefined;
    return found === undefined ? [] : [[one[0], found] as const];
  });
}

/** The elements of changes in the order of each part. */
function byPart(found: readonly FoundChange[]): Map<string, Owned[]> {
  const parts = new Map<string, Owned[]>();
  for (const f of found) {
    const { part } = f.change.position;
    const list = parts.get(part) ?? [];
    parts.set(part, list);
    for (const element of f.elements) list.push([element, f]);
  }
  for (const list of parts.values()) list.sort((a, b) => a[0].start - b[0].start);
  return parts;
}
