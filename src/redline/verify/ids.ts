import { canonical } from './canonical.ts';
import { type Agreed, Context, type Memory, type Names } from './context.ts';
import { attribute, child, type Element } from './element.ts';
import { type Package, relationshipsPart } from './package.ts';

/**
 * Which ids stand for the same in all of these packages because their parts are the same, byte for byte. Those
 * parts are not read, so that damage in them, which is then in both inputs, goes unnoticed.
 */
export function agreedIds([first, ...others]: readonly [Package, ...Package[]]): Agreed {
  const parts = (source: Package, kind: string): readonly string[] => source.relatedParts(source.main, kind);
  const share = (kind: string): boolean =>
    others.every((other) => first.sharesParts(parts(first, kind), other, parts(other, kind)));
  const style = share('styles');
  // Pictures as bullets come by relationships, which may lead elsewhere.
  const linked = [first, ...others].some((source) =>
    parts(source, 'numbering').some((part) => source.has(relationshipsPart(part))),
  );
  return { style, list: style && !linked && share('numbering') };
}

const NO_NAMES = new Map<string, never>();

/** Children of `w:abstractNum` and `w:num` that only identify them. */
const LIST_IDENTITY = new Set(['w:nsid', 'w:tmpl', 'w:abstractNumId', 'w:multiLevelType']);

/** What the ids of one package stand for. */
export class Ids {
  private readonly source: Package;
  private readonly memory: Memory;
  private readonly styles: ReadonlyMap<string, string>;
  private readonly lists = new Map<string, string>([['0', 'none']]);
  private readonly definitions: ReadonlyMap<
    string,
    { readonly holders: readonly Element[]; readonly part: string }
  >;

  constructor(source: Package, memory: Memory) {
    this.source = source;
    this.memory = memory;
    this.styles = memory.agreed.style ? NO_NAMES : styleNames(source);
    this.definitions = memory.agreed.list ? NO_NAMES : listDefinitions(source);
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
    const { codec } = this.source.workshop;
    const context = new Context(this.namesIn(part), this.memory);
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

/** Identifier of a style by its identifier or, in any case, its name. */
export function styleIdOf(
  source: Package,
  wanted: string,
  type: 'paragraph' | 'character',
): string | undefined {
  const named: string[] = [];
  for (const part of source.relatedParts(source.main, 'styles')) {
    for (const style of source.outline(part, { name: 'w:style', upTo: 'w:name' }).children) {
      const id = attribute(style, 'w:styleId');
      if (id === undefined || attribute(style, 'w:type') !== type) continue;
      if (id === wanted) return id;
      const name = child(style, 'w:name');
      if (name && attribute(name, 'w:val')?.toLowerCase() === wanted.toLowerCase()) named.push(id);
    }
  }
  return named[0];
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
