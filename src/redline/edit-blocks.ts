import { Line } from './edit-lines.ts';
import type { Edit } from './revisions/index.ts';

/** Where a milestone shows. */
export interface Spot {
  readonly lines: Line[];
  readonly line: Line;
  /** UTF-16 offset in the line. */
  readonly at: number;
}

export interface Found {
  readonly from: Spot;
  readonly to: Spot;
}

export function spotOf(lines: Line[], letter: string): Spot | undefined {
  const line = lines.find((l) => l.text.includes(letter));
  return line && { lines, line, at: line.text.indexOf(letter) };
}

export function sideOf({ from, to }: Found, side: 'before' | 'after'): Spot {
  return side === 'before' ? from : to;
}

/** Index behind a line, the text boxes that hang on it, and what was put behind it already. */
export function endOf(lines: readonly Line[], at: number): number {
  let [end, depth] = [at + 1, 0];
  for (; end < lines.length; end++) {
    const text = lines[end]?.text ?? '';
    if (text === 'TXBX') depth++;
    else if (depth === 0) break;
    else if (text === '/TXBX') depth--;
  }
  return end + (lines[at]?.behind ?? 0);
}

export function beside(place: Found, side: 'before' | 'after', fresh: readonly Line[]): void {
  const { lines, line } = sideOf(place, side);
  const at = lines.indexOf(line);
  lines.splice(side === 'before' ? at : endOf(lines, at), 0, ...fresh);
  if (side === 'after') line.behind += fresh.length;
}

/** The lines of the innermost row around a line, without those of text boxes on the way. */
function rowOf({ lines, line }: Spot): readonly [from: number, to: number] {
  const at = lines.indexOf(line);
  let from = at;
  for (let depth = 0; from > 0; from--) {
    const { text } = lines[from] ?? line;
    if (text === '/TBL') depth++;
    else if (text === 'TBL') depth--;
    else if (text === 'TR' && depth === 0) break;
  }
  let to = at;
  for (let depth = 0; to < lines.length; to++) {
    const { text } = lines[to] ?? line;
    if (depth === 0 && (text === '/TBL' || text === 'TR') && to > from) break;
    if (text === 'TBL') depth++;
    else if (text === '/TBL') depth--;
  }
  return [from, to];
}

export function insertRow(place: Spot, edit: Extract<Edit, { op: 'insertRow' }>): void {
  const { lines } = place;
  const [from, to] = rowOf(place);
  let depth = 0;
  const cells = lines.slice(from, to).filter(({ text }) => {
    if (text === 'TBL') depth++;
    else if (text === '/TBL') depth--;
    return text === 'TC' && depth === 0;
  }).length;
  const texts = Array.from({ length: cells }, (_, i) => edit.cells?.[i] ?? '');
  const row = ['TR', ...texts.flatMap((text) => ['TC', `P ${text}`, '/TC'])].map((text) => new Line(text));
  const head = lines[from];
  if (edit.side === 'before' || !head) lines.splice(from, 0, ...row);
  else {
    lines.splice(to + head.behind, 0, ...row);
    head.behind += row.length;
  }
}

export function deleteRow(place: Spot): void {
  const { lines } = place;
  const [from, to] = rowOf(place);
  for (const line of lines.slice(from, to)) line.gone = true;
  // A table without rows shows nothing.
  const before = lines.slice(0, from).findLastIndex((l) => !l.gone);
  const after = lines.findIndex((l, i) => i >= to && !l.gone);
  const [head, foot] = [lines[before], lines[after]];
  if (head?.text === 'TBL' && foot?.text === '/TBL') {
    head.gone = true;
    foot.gone = true;
  }
}
