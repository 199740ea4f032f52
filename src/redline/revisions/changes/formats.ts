import { attribute, child, elements, type XmlElement } from '../../ooxml/index.ts';
import { FORMER } from '../decide/names.ts';
import { markersOf } from '../decide/properties.ts';
import type { Cursor } from './cursor.ts';
import { describeFormats } from './describe.ts';
import { addText, type Group, type Subject } from './group.ts';

/** Reads what was changed in properties of runs, paragraphs, sections and tables. */
export class Formats {
  readonly #at: Cursor;

  constructor(at: Cursor) {
    this.#at = at;
  }

  paragraphFormats(pPr: XmlElement): void {
    const change = this.former(pPr, 'paragraph');
    const numPr = child(pPr, 'w:numPr');
    const marks = [
      ...markersOf(numPr),
      ...elements(numPr ?? pPr).filter((c) => c.name === 'w:numberingChange'),
    ];
    let group = change;
    for (const element of marks) {
      const same = group?.author === attribute(element, 'w:author');
      if (group && same) group.elements.push(element);
      else {
        group = this.#at.ledger.create('numbering', element, this.#at.place());
        group.format[element.name === 'w:del' ? 'before' : 'after'].push('numbered');
        this.#at.paragraph.formatted.push(group);
      }
    }
    if (change) this.#at.paragraph.formatted.push(change);
  }

  /** The change of a holder's properties, as a change of its own or as part of the one with the name. */
  former(holder: XmlElement, subject: Subject, name?: string): Group | undefined {
    const change = elements(holder).find((c) => FORMER.has(c.name));
    if (!change) return undefined;
    const key = `${name} ${attribute(change, 'w:author')} ${attribute(change, 'w:date')}`;
    const group =
      name === undefined
        ? this.#at.ledger.create(subject, change, this.#at.place())
        : this.#at.ledger.named(subject, key, change, this.#at.place());
    this.#describe(group, change, holder);
    return group;
  }

  #describe(group: Group, change: XmlElement, holder: XmlElement): string {
    const { before, after } = describeFormats(change, holder, this.#at.reading.styles);
    if (before !== '' && !group.format.before.includes(before)) group.format.before.push(before);
    if (after !== '' && !group.format.after.includes(after)) group.format.after.push(after);
    return `${before}\u0000${after}`;
  }

  /** Runs that touch and changed alike are one change. */
  run(element: XmlElement, content: () => void): void {
    const rPr = child(element, 'w:rPr');
    const change = child(rPr, 'w:rPrChange');
    const outside = this.#at.runFormat;
    if (rPr && change) this.#at.runFormat = this.#formatted(rPr, change);
    content();
    this.#at.runFormat = outside;
  }

  markFormat(rPr: XmlElement): void {
    const change = child(rPr, 'w:rPrChange');
    if (change) addText(this.#formatted(rPr, change), 'both', '\n');
  }

  #formatted(rPr: XmlElement, change: XmlElement): Group {
    const p = this.#at.paragraph;
    const { before, after } = describeFormats(change, rPr, this.#at.reading.styles);
    const delta = [before, after, attribute(change, 'w:author'), attribute(change, 'w:date')].join('\u0000');
    if (p.run?.delta === delta && p.run.group.within === this.#at.around.at(-1)?.group) {
      p.run.group.elements.push(change);
      return p.run.group;
    }
    const group = this.#at.ledger.create('run', change, this.#at.place());
    this.#describe(group, change, rPr);
    p.run = { group, delta };
    return group;
  }
}
