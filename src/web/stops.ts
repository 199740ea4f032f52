/** What a reader stops at: one change, or a deletion with the insertion that replaces it. */
export type StopKind = 'replaced' | 'inserted' | 'deleted' | 'moved' | 'formatted';

export interface Stop {
  readonly kind: StopKind;
  /** Every element of it, in document order; a move has those of both its ends. */
  readonly elements: readonly HTMLElement[];
  readonly removed: string;
  readonly added: string;
  /** The label or heading it stands under, such as `4.2`. */
  readonly place: string;
  readonly author: string;
  /** A few unchanged words on either side of a short change. */
  readonly before: string;
  readonly after: string;
}

export const STOP_KINDS: readonly StopKind[] = ['replaced', 'inserted', 'deleted', 'moved', 'formatted'];

interface Found {
  readonly kind: string;
  readonly elements: HTMLElement[];
  readonly place: string;
}

/** Characters of an excerpt. */
const EXCERPT = 110;
const MAX_PLACE = 48;
/** A change with fewer characters is shown with what stands around it. */
const SHORT = 40;
const AROUND = 28;

/** The stops of a redline, in document order. */
export function stopsOf(article: HTMLElement): Stop[] {
  const found = [...collect(article).values()];
  const stops: Stop[] = [];
  for (let at = 0; at < found.length; at++) {
    const [one, next] = [found[at], found[at + 1]];
    if (one === undefined) continue;
    const pair = next !== undefined && replaces(one, next) ? next : undefined;
    stops.push(withContext(pair === undefined ? single(one) : replacement(one, pair)));
    if (pair !== undefined) at++;
  }
  return stops;
}

type BareStop = Omit<Stop, 'before' | 'after'>;

/** Ids of the changes of a stop, as the service knows them. */
export function idsOf({ elements }: Pick<Stop, 'elements'>): readonly string[] {
  return [...new Set(elements.flatMap(({ dataset }) => dataset.id ?? []))];
}

function withContext(stop: BareStop): Stop {
  const [first, last] = [stop.elements[0], stop.elements.at(-1)];
  const short = stop.removed.length + stop.added.length < SHORT && first?.closest('p') === last?.closest('p');
  if (!short || stop.kind === 'formatted' || stop.kind === 'moved') return { ...stop, before: '', after: '' };
  // The excerpt is trimmed; a blank at its edge stands outside it instead.
  const before = unchangedText(first?.previousSibling) + (/^\s/.test(first?.textContent ?? '') ? ' ' : '');
  const after = (/\s$/.test(last?.textContent ?? '') ? ' ' : '') + unchangedText(last?.nextSibling);
  return {
    ...stop,
    before: before.length > AROUND ? `…${before.slice(-AROUND).replace(/^\S*/, '')}` : before,
    after: after.length > AROUND ? `${after.slice(0, AROUND).replace(/\S*$/, '')}…` : after,
  };
}

function unchangedText(node: Node | null | undefined): string {
  if (!node || (node instanceof HTMLElement && node.matches('ins, del, br, .label, .note-ref'))) return '';
  return (node.textContent ?? '').replace(/\s+/g, ' ');
}

/** Changes by their id, with the place that the nearest label or heading before them names. */
function collect(article: HTMLElement): Map<string, Found> {
  const found = new Map<string, Found>();
  let place = '';
  let clause = '';
  for (const element of article.querySelectorAll<HTMLElement>(
    '.page, h2, h3, h4, h5, h6, .label, .story-label, [data-change]',
  )) {
    const id = element.dataset.change;
    if (id === undefined) {
      const named = element.dataset.page === undefined ? placeOf(element) : undefined;
      if (named === undefined) place = firstPage(element, place);
      else if (/^\(/.test(named) && clause !== '') place = `${clause} ${named}`;
      else if (named !== '') place = clause = named;
      continue;
    }
    const known = found.get(id);
    if (known) known.elements.push(element);
    else found.set(id, { kind: element.dataset.kind ?? '', elements: [element], place });
  }
  return found;
}

/** What stands before the first page is in a header; what follows is not. */
function firstPage(page: HTMLElement, place: string): string {
  return page.dataset.page === '1' ? '' : place;
}

function placeOf(element: HTMLElement): string {
  const block = element.closest('h2, h3, h4, h5, h6') ?? element;
  const kept = [...block.childNodes].filter((n) => !(n instanceof HTMLElement && n.localName === 'del'));
  const text = clean(
    kept.map((n) => (n instanceof HTMLElement ? readable(n) : (n.textContent ?? ''))).join(''),
  ).replace(/ ¶$/, '');
  if (/^[•◦▪▫➢✓→–-]$/.test(text)) return '';
  return text.length > MAX_PLACE ? `${text.slice(0, MAX_PLACE - 1)}…` : text;
}

function replaces(one: Found, next: Found): boolean {
  const kinds = `${one.kind} ${next.kind}`;
  if (kinds !== 'deletion insertion' && kinds !== 'insertion deletion') return false;
  const [last, first] = [one.elements.at(-1), next.elements[0]];
  return last !== undefined && last.nextSibling === first;
}

function single({ kind, elements, place }: Found): BareStop {
  const text = textOf(elements);
  const author = elements[0]?.dataset.author ?? '';
  const base = { elements, place, author, removed: '', added: '' };
  if (kind === 'insertion') return { ...base, kind: 'inserted', added: text };
  if (kind === 'deletion') return { ...base, kind: 'deleted', removed: text };
  if (kind === 'move') {
    const target = elements.filter((e) => e.classList.contains('move-to'));
    return { ...base, kind: 'moved', added: textOf(target.length > 0 ? target : elements) };
  }
  return { ...base, kind: 'formatted', added: elements[0]?.dataset.format ?? '' };
}

function replacement(one: Found, next: Found): BareStop {
  const [gone, fresh] = one.kind === 'deletion' ? [one, next] : [next, one];
  return {
    kind: 'replaced',
    elements: [...one.elements, ...next.elements],
    place: one.place,
    author: one.elements[0]?.dataset.author ?? '',
    removed: textOf(gone.elements),
    added: textOf(fresh.elements),
  };
}

/** The text of a change, cut to an excerpt. Elements inside elements of the same change count once. */
function textOf(elements: readonly HTMLElement[]): string {
  let text = '';
  for (const [at, element] of elements.entries()) {
    const before = elements[at - 1];
    if (before?.contains(element)) continue;
    text += `${at > 0 && before?.parentElement !== element.parentElement ? ' ' : ''}${readable(element)}`;
    if (text.length > EXCERPT * 2) break;
  }
  const shown = clean(text);
  return shown.length > EXCERPT ? `${shown.slice(0, EXCERPT).trimEnd()}…` : shown;
}

function readable(element: HTMLElement): string {
  if (element.classList.contains('move-link')) return '';
  if (element.classList.contains('pilcrow')) return ' ¶ ';
  if (element.children.length === 0) return element.textContent ?? '';
  return [...element.childNodes]
    .map((node) => (node instanceof HTMLElement ? readable(node) : (node.nodeValue ?? '')))
    .join(/^(tr|td|th|p)$/.test(element.localName) ? ' ' : '');
}

function clean(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** A stop in a sentence, for those who listen. */
export function describeStop(stop: Stop): string {
  const where = stop.place === '' ? '' : `, in ${stop.place}`;
  switch (stop.kind) {
    case 'replaced':
      return `Replaced “${stop.removed}” with “${stop.added}”${where}`;
    case 'inserted':
      return `Inserted “${stop.added}”${where}`;
    case 'deleted':
      return `Deleted “${stop.removed}”${where}`;
    case 'moved':
      return `Moved “${stop.added}”${where}`;
    case 'formatted':
      return `Formatting: ${stop.added}${where}`;
  }
}
