import type { Ignore } from '../options.ts';
import type { Block, Paragraph } from './block.ts';
import type { Element } from './element.ts';
import { FLAGS } from './names.ts';

/** What ids of one part stand for in its package. */
export interface Names {
  /** A style's name in lower case, by its id. */
  readonly style: (id: string) => string;
  /** A digest of what a `w:numId` numbers with. */
  readonly list: (id: string) => string;
  /** What a relationship leads to: an address, or a digest of the part's content. */
  readonly target: (id: string) => string;
}

interface Use {
  readonly kind: keyof Names;
  readonly id: string;
  readonly value: string;
}

interface Remembered<T> {
  readonly value: T;
  readonly uses: readonly Use[];
}

/** Ids that stand for the same in every document of a verification, so that equal ids prove equal meaning. */
export interface Agreed {
  readonly style: boolean;
  readonly list: boolean;
}

export const NOTHING_AGREED: Agreed = { style: false, list: false };

/** What was read before, by element; one per reading of the documents of a verification. */
export interface Memory {
  readonly agreed: Agreed;
  /** What the documents are read without. */
  readonly ignore: Ignore;
  readonly properties: Map<Element, Remembered<string>>;
  readonly paragraphs: Map<Element, Remembered<Paragraph>>;
  /** Lines that are no paragraphs, by `line` and `table`. */
  readonly marks: Map<string, Map<string, Block>>;
}

/** @param agreed whose ids stand for themselves instead of for what they name. */
export function emptyMemory(agreed: Agreed, ignore: Ignore): Memory {
  return { agreed, ignore, properties: new Map(), paragraphs: new Map(), marks: new Map() };
}

const NOTHING: readonly Use[] = [];
/** What looks up a relationship, or adds something to the story besides its line. */
const NOT_PLAIN = FLAGS.link | FLAGS.range | FLAGS.reference | FLAGS.aside;

/**
 * Ids of one part, looked up with a record of every answer. Equal elements are one value in all three documents of
 * a verification, so what was made of an element in one of them is true in another where every answer is the same.
 */
export class Context {
  readonly memory: Memory;
  private readonly names: Names;
  /** Most elements use nothing: the map is made for the first use. */
  private uses: Map<string, Use> | undefined;

  constructor(names: Names, memory: Memory) {
    this.names = names;
    this.memory = memory;
  }

  lookUp(kind: keyof Names, id: string): string {
    if (kind !== 'target' && this.memory.agreed[kind]) return id;
    const value = this.names[kind](id);
    this.note({ kind, id, value });
    return value;
  }

  /** `make()`, or what it gave for the same element where that still holds. */
  remember<T>(memory: Map<Element, Remembered<T>>, el: Element, make: () => T): T {
    const known = memory.get(el);
    if (known !== undefined && this.holds(known.uses)) {
      for (const use of known.uses) this.note(use);
      return known.value;
    }
    const outer = this.uses;
    this.uses = undefined;
    const value = make();
    const made = { value, uses: this.noted() };
    memory.set(el, made);
    this.uses = outer;
    for (const use of made.uses) this.note(use);
    return value;
  }

  /** Do paragraphs that are one element say the same in every document? Not those that look anything else up. */
  isPlain(p: Element): boolean {
    const { style, list } = this.memory.agreed;
    return style && (p.flags & (list ? NOT_PLAIN : NOT_PLAIN | FLAGS.list)) === 0;
  }

  private holds(uses: readonly Use[]): boolean {
    for (const use of uses) if (this.names[use.kind](use.id) !== use.value) return false;
    return true;
  }

  private note(use: Use): void {
    this.uses ??= new Map();
    this.uses.set(`${use.kind} ${use.id}`, use);
  }

  private noted(): readonly Use[] {
    return this.uses === undefined ? NOTHING : [...this.uses.values()];
  }
}
