import { revisionOffsets } from '../decide/names.ts';

/**
 * While copies are combined, every revision carries an attribute that says which copies it comes from: what belongs to
 * whom is then known even where two copies name one author. It is taken away before anybody sees the result.
 */
const TAG = 'redline-copies';
const TAGGED = new RegExp(`(<w:\\w+) ${TAG}="([^"]*)"`, 'g');

/** A revision of one copy: `2.17` is the eighteenth of the third. */
export type Serial = string;

/** A text whose revisions say that they are a copy's. @param next  numbers them, all over the copy */
export function tagged(xml: string, copy: number, next: () => number): string {
  const pieces: string[] = [];
  let done = 0;
  for (const at of revisionOffsets(xml)) {
    const end = at + (/^<[\w:]+/.exec(xml.slice(at, at + 60))?.[0].length ?? 0);
    pieces.push(xml.slice(done, end), ` ${TAG}="${copy}.${next()}"`);
    done = end;
  }
  return done === 0 ? xml : pieces.join('') + xml.slice(done);
}

export function untagged(xml: string): string {
  return xml.includes(TAG) ? xml.replace(TAGGED, '$1') : xml;
}

/** Revisions in a text by what they come from. */
export function serialsIn(xml: string): Serial[] {
  return Array.from(xml.matchAll(TAGGED), (m) => (m[2] ?? '').split(',')).flat();
}

/** Numbers of the copies that something is from, rising. */
export function copiesOf(serials: Iterable<Serial>): number[] {
  return [...new Set(Array.from(serials, (s) => Number.parseInt(s, 10)))].sort((a, b) => a - b);
}

/** The same for every revision element of a text: offset of its tag to where it comes from; none for new ones. */
export function originsIn(xml: string): Map<number, readonly Serial[]> {
  const origins = new Map<number, readonly Serial[]>();
  for (const at of revisionOffsets(xml)) {
    const found = new RegExp(`^<w:\\w+ ${TAG}="([^"]*)"`).exec(xml.slice(at, at + 20_000));
    origins.set(at, found?.[1]?.split(',') ?? []);
  }
  return origins;
}

/** Our text, with its revisions belonging to those of the other text too, which says the same. */
export function shared(mine: string, theirs: string): string {
  const others = Array.from(theirs.matchAll(TAGGED), (m) => m[2] ?? '');
  if (others.length !== serialGroups(mine)) return mine;
  let n = 0;
  return mine.replace(TAGGED, (_, head: string, own: string) => {
    const all = new Set([...own.split(','), ...(others[n++] ?? '').split(',')]);
    return `${head} ${TAG}="${[...all].join(',')}"`;
  });
}

function serialGroups(xml: string): number {
  return xml.match(TAGGED)?.length ?? 0;
}

const NO_MATTER = new RegExp(` ${TAG}="[^"]*"|\\s(?:w:rsid\\w*|w14:(?:paraId|textId))="[^"]*"`, 'g');
const REVISION_ID =
  /^(<w:(?:ins|del|moveFrom|moveTo|cellIns|cellDel|cellMerge|\w+Change|(?:move|customXml)\w+Range(?:Start|End))\b[^<>]*?)\sw:id="[^"]*"/;
/** Names tie the places of a move together, and say nothing else. */
const MOVE_NAME = /^(<w:move\w+RangeStart\b[^<>]*?)\sw:name="[^"]*"/;
const BY_WHOM = /\sw:(?:author|date)="[^"]*"|\sw16du:dateUtc="[^"]*"/g;
const REVISION_START = /^<w:(?:ins|del|moveFrom|moveTo|cellIns|cellDel|cellMerge|\w+Change|\w+RangeStart)\b/;

/** A text without what tells two marks of one change apart. @param anyone  nor by whom and when it was made */
export function sameness(xml: string, anyone: boolean): string {
  return xml.replace(/<[^<>]*>/g, (tag) => {
    const bare = tag.replace(NO_MATTER, '').replace(REVISION_ID, '$1').replace(MOVE_NAME, '$1');
    return anyone && REVISION_START.test(bare) ? bare.replace(BY_WHOM, '') : bare;
  });
}
