import { decodeText, encodeAttribute, encodeText } from '../../ooxml/index.ts';

/** A part's text after cleaning, and how much was taken out or changed. */
export interface Cleaned {
  readonly text: string;
  readonly count: number;
}

const TAG = /<[^<>!?/][^<>]*>/g;

/** The text with some attributes of its tags replaced; text between tags is not looked at. */
function withAttributes(
  text: string,
  hint: RegExp,
  attribute: RegExp,
  to: (whole: string, ...found: string[]) => string,
): Cleaned {
  if (!hint.test(text)) return { text, count: 0 };
  let count = 0;
  const cleaned = text.replace(TAG, (tag) =>
    hint.test(tag)
      ? tag.replace(attribute, (...found) => {
          count++;
          return to(...(found.slice(0, -2) as [string, ...string[]]));
        })
      : tag,
  );
  return { text: cleaned, count };
}

function without(text: string, pattern: RegExp): Cleaned {
  let count = 0;
  const cleaned = text.replace(pattern, () => {
    count++;
    return '';
  });
  return { text: cleaned, count };
}

function joined(first: Cleaned, next: (text: string) => Cleaned): Cleaned {
  const second = next(first.text);
  return { text: second.text, count: first.count + second.count };
}

const VALUE = `\\s*=\\s*("[^"]*"|'[^']*')`;
const DATE = new RegExp(`\\s(?:w:date|w16du:dateUtc|w16cex:dateUtc)${VALUE}`, 'g');

export function withoutDates(text: string): Cleaned {
  return withAttributes(text, /\s(?:w:date|w16du:dateUtc|w16cex:dateUtc)\s*=/, DATE, () => '');
}

const SESSION = new RegExp(`\\s(?:w:rsid\\w*|wp14:(?:anchorId|editId)|w14:textId)${VALUE}`, 'g');
/** The list of sessions, the one in which a style was made, and ids of the document. */
const SESSIONS =
  /<w:rsids(?:\s[^<>]*)?(?:\/>|>[\s\S]*?<\/w:rsids>)|<(w:rsid|w1[45]:docId)\b[^<>]*(?:\/>|>\s*<\/\1>)/g;

export function withoutSessions(text: string): Cleaned {
  return joined(without(text, SESSIONS), (rest) =>
    withAttributes(rest, /\s(?:w:rsid\w*|wp14:(?:anchorId|editId)|w14:textId)\s*=/, SESSION, () => ''),
  );
}

const REFERENCE = '<w:commentReference\\b[^<>]*(?:/>|>\\s*</w:commentReference>)';
const PROPERTIES = '(?:<w:rPr>(?:(?!</w:rPr>)[\\s\\S])*</w:rPr>|<w:rPr/>)?';
const REFERENCE_RUN = new RegExp(`<w:r(?:\\s[^<>]*)?>${PROPERTIES}${REFERENCE}</w:r>`, 'g');
const COMMENT_MARK = new RegExp(
  `${REFERENCE}|<w:commentRange(?:Start|End)\\b[^<>]*(?:/>|>\\s*</w:commentRange(?:Start|End)>)`,
  'g',
);

export function withoutComments(text: string): Cleaned {
  return text.includes('<w:comment')
    ? joined(without(text, REFERENCE_RUN), (rest) => without(rest, COMMENT_MARK))
    : { text, count: 0 };
}

/** Authors, and who may edit a stretch (`w:permStart`, §17.13.7.2). */
const AUTHOR = /(\s(?:w:author|w15:author|w:ed)\s*=\s*)("[^"]*"|'[^']*')/g;
const INITIALS = new RegExp(`\\sw:initials${VALUE}`, 'g');
const PRESENCE = /<w15:presenceInfo\b[^<>]*(?:\/>|>\s*<\/w15:presenceInfo>)/g;
const OWNER = /(<((?:\w+:)?(?:creator|lastModifiedBy|Manager))(?:\s[^<>]*)?>)([^<>]+)(<\/\2>)/g;
const MADE = /<((?:\w+:)?(?:created|modified|lastPrinted))(?:\s[^<>]*)?(?:\/>|>[^<>]*<\/\1>)/g;
const TIMES = /<((?:\w+:)?(?:revision|TotalTime))(?:\s[^<>]*)?(?:\/>|>[^<>]*<\/\1>)/g;

/** Core properties without the days of the document. */
export const withoutDays = (text: string): Cleaned => without(text, MADE);
/** Core and extended properties without how often and how long the document was edited. */
export const withoutTimes = (text: string): Cleaned => without(text, TIMES);

/** The roles that stand for authors. */
export class Roles {
  readonly #wanted: ReadonlyMap<string, string>;
  readonly #given = new Map<string, string>();

  constructor(wanted: Readonly<Record<string, string>>) {
    this.#wanted = new Map(Object.entries(wanted));
  }

  get given(): readonly string[] {
    return [...new Set(this.#given.values())];
  }

  /** A part with every author replaced; initials and accounts go. */
  rename(text: string): Cleaned {
    const named = withAttributes(
      text,
      /\s(?:w:author|w15:author|w:ed)\s*=/,
      AUTHOR,
      (_, head = '', value = '""') => {
        const role = this.#roleOf(decodeText(value.slice(1, -1)));
        return `${head}"${encodeAttribute(role)}"`;
      },
    );
    const anonymous = joined(named, (rest) => withAttributes(rest, /\sw:initials\s*=/, INITIALS, () => ''));
    return joined(anonymous, (rest) => without(rest, PRESENCE));
  }

  /** Core or extended properties with the names of who made and last saved the document replaced. */
  renameOwners(text: string): Cleaned {
    let count = 0;
    const renamed = text.replace(OWNER, (_, open: string, _name: string, who: string, close: string) => {
      count++;
      return `${open}${encodeText(this.#roleOf(decodeText(who)))}${close}`;
    });
    return { text: renamed, count };
  }

  #roleOf(author: string): string {
    const known = this.#given.get(author) ?? this.#wanted.get(author);
    const role = known ?? this.#nextNumber();
    this.#given.set(author, role);
    return role;
  }

  #nextNumber(): string {
    const taken = new Set([...this.#wanted.values(), ...this.#given.values()]);
    let n = 1;
    while (taken.has(`Author ${n}`)) n++;
    return `Author ${n}`;
  }
}
