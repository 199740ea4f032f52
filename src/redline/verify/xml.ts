import { RedlineError } from '../errors.ts';
import { type Attribute, type Element, TEXT } from './element.ts';
import { FLAGS } from './names.ts';
import type { Scope, StartTag, TagName } from './scope.ts';
import { decodeText, hasForbiddenCharacters } from './text.ts';

interface Growing {
  readonly name: string;
  readonly attributes: readonly Attribute[];
  children: readonly Element[];
  text: string;
  flags: number;
}

const NONE: readonly never[] = [];
/** A longer element is not looked up as a whole: it is seldom met twice, and looking it up reads all of it. */
const MAX_FRAGMENT = 1 << 16;
/** Longer tags are not remembered: they hold ids and dates, and come once. */
const MAX_TAG = 120;
/** Shorter fragments are checked for forbidden characters again wherever they come. */
const CHECKED_ONCE = 256;

interface Open {
  element: Growing;
  raw: string;
  /** The scope outside the element. */
  outer: Scope;
  /** Where the element starts, and where it was expected to end; −1 for one that is not kept as a fragment. */
  start: number;
  expectedEnd: number;
  /** The text from `start` to `expectedEnd`, for one that is kept. */
  whole: string;
}

/** Elements of that name, which do not hold others of it, are read up to their first child of that other name. */
export interface Outline {
  readonly name: string;
  readonly upTo: string;
}

/**
 * Reads XML 1.0 with namespaces; no document types, entities only the five of XML.
 *
 * The scanner remembers small elements by their text (`Scope.fragments`): a run's properties met before, or a
 * paragraph of another version of the document, costs one look-up instead of a scan.
 */
export class XmlScanner {
  private readonly text: string;
  private readonly part: string;
  private readonly maxDepth: number;
  private readonly flags: number;
  /** The elements that are open; behind the first `depth` stand others, to be used again. */
  private readonly open: Open[] = [];
  private depth = 0;
  private readonly closers = new Map<string, number>();
  private scope: Scope;
  /** Of which elements only the beginning is read, and the child that ends it. */
  private outline: Outline | undefined;
  /** Where to go on after such a child, else 0. */
  private jump = 0;
  /** Up to where forbidden characters were looked for. */
  private checked = 0;
  private root: Element | undefined;

  /** @param flags what every element read here gets besides its own `FLAGS`. */
  constructor(text: string, part: string, scope: Scope, maxDepth: number, flags = 0) {
    this.text = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
    this.part = part;
    this.scope = scope;
    this.maxDepth = maxDepth;
    this.flags = flags;
  }

  /**
   * The root element.
   *
   * @param outline elements of which only the beginning is read. What is left out is not checked for its form.
   */
  read(outline?: Outline): Element {
    // Inside a comment an end tag would mislead.
    if (outline !== undefined && !this.text.includes('<!')) this.outline = outline;
    const { scope } = this;
    try {
      return this.scan();
    } catch (error) {
      // Fragments of this part may hold characters that were still to be checked.
      scope.forget();
      throw error;
    }
  }

  private scan(): Element {
    let at = 0;
    for (;;) {
      const lt = this.text.indexOf('<', at);
      if (lt !== at) this.characters(this.text.slice(at, lt < 0 ? undefined : lt));
      if (lt < 0) break;
      at = this.markup(lt);
      if (this.jump > 0) {
        at = this.jump;
        this.jump = 0;
      }
    }
    if (this.root === undefined || this.depth > 0) throw this.damaged('ends too early');
    this.checkCharacters(this.text.length);
    return this.root;
  }

  private markup(lt: number): number {
    const next = this.text.charCodeAt(lt + 1);
    if (next === SLASH) return this.endTag(lt);
    if (next === QUESTION) return this.after('?>', lt + 2);
    if (next === EXCLAMATION) return this.declaration(lt);
    return this.startTag(lt);
  }

  private declaration(lt: number): number {
    if (this.text.startsWith('<!--', lt)) return this.after('-->', lt + 4);
    if (this.text.startsWith('<![CDATA[', lt)) {
      const end = this.after(']]>', lt + 9);
      this.append(this.text.slice(lt + 9, end - 3));
      return end;
    }
    throw new RedlineError('document/dtd-forbidden', 'A part declares a document type.', { part: this.part });
  }

  private after(mark: string, from: number): number {
    const at = this.text.indexOf(mark, from);
    if (at < 0) throw this.damaged('has markup without an end');
    return at + mark.length;
  }

  private characters(raw: string): void {
    const text = raw.includes('&') ? decodeText(raw) : raw;
    if (text === undefined) throw this.damaged('has an unknown entity');
    this.append(text);
  }

  private append(text: string): void {
    const top = this.open[this.depth - 1];
    if (top === undefined) {
      if (text.trim() !== '') throw this.damaged('has text outside its root');
    } else if (top.element.children.length === 0) {
      top.element.text += text;
    } else if (text.trim() !== '') {
      this.add({ name: TEXT, attributes: NONE, children: NONE, text, flags: 0 });
    }
  }

  /** Everything since the last check must be characters of XML. */
  private checkCharacters(to: number): void {
    if (hasForbiddenCharacters(this.text.slice(this.checked, to)))
      throw this.damaged('holds characters that XML cannot');
  }

  private startTag(lt: number): number {
    const { text, scope } = this;
    const gt = text.indexOf('>', lt);
    if (gt < 0) throw this.damaged('has a tag without an end');
    const known = gt - lt <= MAX_TAG ? scope.tags.get(text.slice(lt + 1, gt)) : undefined;
    if (known?.empty === true) return this.emptyElement(known, gt);
    const raw = known?.raw ?? this.rawName(lt + 1);
    const name = known?.name ?? scope.name(raw);
    let expectedEnd = -1;
    let whole = '';
    if (name !== undefined && name.close !== '') {
      expectedEnd = this.expectEnd(name, lt);
      if (expectedEnd > 0) {
        whole = text.slice(lt, expectedEnd);
        const fragment = scope.fragments.find(whole, text, lt, expectedEnd);
        if (fragment !== undefined) return this.fragment(fragment, lt, expectedEnd);
      }
    }
    return known === undefined
      ? this.newTag(raw, lt, expectedEnd, whole)
      : this.push(known, lt, gt + 1, expectedEnd, whole);
  }
  private rawName(from: number): string {
    let end = from;
    while (!endsName(this.text.charCodeAt(end))) end += 1;
    return this.text.slice(from, end);
  }

  /** An element met before; its text was checked then. */
  private fragment(known: Element, start: number, end: number): number {
    if (end - start >= CHECKED_ONCE) {
      this.checkCharacters(start);
      this.checked = end;
    }
    this.add(known);
    return end;
  }

  private newTag(raw: string, lt: number, expectedEnd: number, whole: string): number {
    const from = lt + 1 + raw.length;
    // Those of revisions have ids of their own.
    const isOwn = ((this.scope.name(raw)?.flags ?? 0) & FLAGS.revision) !== 0;
    const read = isOwn ? this.scope.readAlike(this.text, from) : this.scope.readTag(this.text, from);
    if (read === undefined) throw this.damaged('has a malformed tag');
    const { tag, end } = read;
    const name = tag.scope.name(raw);
    if (name === undefined) throw this.damaged('has a name that means nothing');
    const empty = this.text.charCodeAt(end) === SLASH;
    const made: StartTag = { raw, name, tag, empty, element: undefined, fresh: undefined };
    const gt = empty ? end + 1 : end;
    if (gt - lt <= MAX_TAG && (name.flags & FLAGS.revision) === 0)
      this.scope.tags.set(this.text.slice(lt + 1, gt), made);
    return empty ? this.emptyElement(made, gt) : this.push(made, lt, gt + 1, expectedEnd, whole);
  }

  /** Equal empty elements are one; those of the redline carry flags of their own. */
  private emptyElement(start: StartTag, gt: number): number {
    const known = this.flags === 0 ? start.element : start.fresh;
    const el = known ?? this.element(start);
    if (known === undefined) {
      if (this.flags === 0) start.element = el;
      else start.fresh = el;
    }
    this.add(el);
    return gt + 1;
  }

  private element({ name, tag }: StartTag): Growing {
    const flags = this.flags | name.flags | tag.flags;
    return { name: name.name, attributes: tag.attributes, children: NONE, text: '', flags };
  }

  /** Where the first end tag of that name stops. Remembered, so that nested elements do not search again. */
  private expectEnd(name: TagName, from: number): number {
    let at = this.closers.get(name.close) ?? 0;
    if (at >= 0 && at < from) {
      at = this.text.indexOf(name.close, from);
      this.closers.set(name.close, at);
    }
    return at < 0 || at - from > MAX_FRAGMENT ? -1 : at + name.close.length;
  }

  private push(known: StartTag, start: number, from: number, expectedEnd: number, whole: string): number {
    if (this.depth >= this.maxDepth) {
      throw new RedlineError('limits/exceeded', 'A part nests its elements too deeply.', {
        part: this.part,
        limit: { name: 'xmlDepth', allowed: this.maxDepth },
      });
    }
    const { scope } = this;
    // What a fragment says must depend on the scope around it alone.
    const end = known.tag.scope === scope ? expectedEnd : -1;
    const element = this.element(known);
    const { raw } = known;
    const used = this.open[this.depth];
    if (used === undefined) this.open.push({ element, raw, outer: scope, start, expectedEnd: end, whole });
    else {
      used.element = element;
      used.raw = raw;
      used.outer = scope;
      used.start = start;
      used.expectedEnd = end;
      used.whole = whole;
    }
    this.depth += 1;
    this.scope = known.tag.scope;
    return from;
  }

  private endTag(lt: number): number {
    const top = this.open[this.depth - 1];
    if (top === undefined || !this.text.startsWith(top.raw, lt + 2))
      throw this.damaged('has tags that do not pair');
    let gt = lt + 2 + top.raw.length;
    while (isSpace(this.text.charCodeAt(gt))) gt += 1;
    if (this.text.charCodeAt(gt) !== GREATER) throw this.damaged('has tags that do not pair');
    this.depth -= 1;
    this.scope = top.outer;
    if (top.expectedEnd === gt + 1 && this.outline === undefined) {
      this.scope.fragments.add(top.whole, this.text, top.start, gt + 1, top.element);
    }
    this.add(top.element);
    return gt + 1;
  }

  private add(el: Element): void {
    const top = this.open[this.depth - 1];
    if (top === undefined) {
      if (this.root !== undefined) throw this.damaged('has two roots');
      this.root = el;
      return;
    }
    const parent = top.element;
    if (parent.children.length === 0) parent.children = [el];
    else (parent.children as Element[]).push(el);
    parent.flags |= el.flags;
    const { outline } = this;
    if (outline && el.name === outline.upTo && parent.name === outline.name && top.expectedEnd > 0) {
      this.jump = this.text.lastIndexOf('<', top.expectedEnd - 1);
    }
  }

  private damaged(what: string): RedlineError {
    return new RedlineError('document/damaged-part', `A part is not well-formed XML: it ${what}.`, {
      part: this.part,
    });
  }
}

const SLASH = 0x2f;
const GREATER = 0x3e;
const QUESTION = 0x3f;
const EXCLAMATION = 0x21;

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09;
}

/** White space, `/`, `>`, `<` or the end of the text (NaN). */
function endsName(code: number): boolean {
  return !(code > 0x20) || code === SLASH || code === GREATER || code === 0x3c;
}
