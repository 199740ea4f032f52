/** The words of a document by story; headers and footers sorted, each once. */
export type Stories = Readonly<Record<'body' | 'notes' | 'boxes' | 'edges', readonly string[]>>;

/** Stories of their own: where LibreOffice anchors them is its choice. */
const APART: Readonly<Record<string, 'notes' | 'boxes'>> = {
  'text:note': 'notes',
  'draw:frame': 'boxes',
  'draw:custom-shape': 'boxes',
};
/** Layout (page numbers and what LibreOffice computes anew: references), what is not said by the document itself, and what holds no text. */
const SILENT = new Set([
  'text:tracked-changes',
  'text:page-number',
  'text:page-count',
  'text:bookmark-ref',
  'text:note-ref',
  'text:sequence',
  'text:note-citation',
  'office:annotation',
  'office:binary-data',
  'office:event-listeners',
  'office:forms',
  'draw:object',
  'svg:title',
  'svg:desc',
]);
const BLOCKS = new Set(['text:p', 'text:h']);
const SPACES = new Set(['text:s', 'text:tab', 'text:line-break']);
/** Where it anchors pictures and rows that came or went: of its own making, or of no width. */
const PLACEHOLDERS = /[\u200b\u200d]/g;
const EDGE = /^style:(?:header|footer)(?:-left|-first)?$/;

/** Reads LibreOffice's flat OpenDocument text, in which list labels do not stand: they depend on numbering alone. */
export function wordsOf(xml: string): Stories {
  const texts = { body: '', notes: '', boxes: '' };
  const edges = new Set<string>();
  const open: string[] = [];
  let edge: string | null = null;
  let silent = 0;
  const story = (): 'body' | 'notes' | 'boxes' => {
    const apart = open.findLast((name) => APART[name] !== undefined);
    return apart === undefined ? 'body' : (APART[apart] ?? 'body');
  };
  const say = (text: string): void => {
    if (silent > 0 || text === '') return;
    if (edge !== null) edge += text;
    else if (open.includes('office:text')) texts[story()] += text;
  };
  const leave = (): void => {
    const name = open.pop() ?? '';
    if (BLOCKS.has(name) || APART[name] !== undefined) {
      open.push(name);
      say('\n');
      open.pop();
    }
    if (SILENT.has(name)) silent -= 1;
    if (EDGE.test(name)) {
      edges.add(split(edge ?? '').join(' '));
      edge = null;
    }
  };
  for (const [, tag, text] of xml.matchAll(/<([^>]*)>|([^<]+)/g)) {
    if (text !== undefined) say(decoded(text).replace(PLACEHOLDERS, ''));
    else if (tag?.startsWith('/')) leave();
    else if (tag !== undefined && !/^[?!]/.test(tag)) {
      const name = /^[^\s/]+/.exec(tag)?.[0] ?? '';
      open.push(name);
      if (SPACES.has(name)) say(' ');
      if (SILENT.has(name)) silent += 1;
      if (EDGE.test(name)) edge = '';
      if (tag.endsWith('/')) leave();
    }
  }
  return {
    body: split(texts.body),
    notes: split(texts.notes),
    boxes: split(texts.boxes),
    edges: [...edges].sort().flatMap(split),
  };
}

function split(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replace(/&(#x?)?(\w+);/g, (whole, numeric: string | undefined, name: string) =>
    numeric === undefined
      ? (ENTITIES[name] ?? whole)
      : String.fromCodePoint(Number.parseInt(name, numeric === '#x' ? 16 : 10)),
  );
}
