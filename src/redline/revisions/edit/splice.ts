/** Text that stands in the place of a stretch of a source. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly xml: string;
}

/** A stretch of a source with texts in the place of some of it; what was put at one place keeps its order. */
export function spliced(source: string, start: number, end: number, splices: readonly Splice[]): string {
  const pieces: string[] = [];
  let at = start;
  for (const s of [...splices].sort((a, b) => a.start - b.start || a.end - b.end)) {
    pieces.push(source.slice(at, s.start), s.xml);
    at = s.end;
  }
  pieces.push(source.slice(at, end));
  return pieces.join('');
}
