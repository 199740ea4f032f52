import type { Element } from './element.ts';
import { TRACK } from './names.ts';

const ARGUMENTS = new Set(['m:e', 'm:num', 'm:den', 'm:sub', 'm:sup', 'm:deg', 'm:fName', 'm:lim']);

/**
 * What is left of a math object whose control character goes (§17.13.5.15, .19 on `m:ctrlPr`): its arguments
 * in a line. `undefined` where the object stays.
 */
export function dissolvedMath(el: Element, gone: ReadonlySet<string>): readonly Element[] | undefined {
  if (!el.name.startsWith('m:')) return undefined;
  const lost = el.children.some(
    (c) => c.name.endsWith('Pr') && c.children.some((p) => losesControl(p, gone)),
  );
  return lost ? el.children.flatMap(argumentContent) : undefined;
}

function losesControl(el: Element, gone: ReadonlySet<string>): boolean {
  return el.name === 'm:ctrlPr' && el.children.some((c) => isGone(c, gone));
}

function isGone(mark: Element, gone: ReadonlySet<string>): boolean {
  return gone.has(mark.name) || (TRACK.has(mark.name) && mark.children.some((c) => isGone(c, gone)));
}

function argumentContent(el: Element): readonly Element[] {
  if (el.name === 'm:mr') return el.children.flatMap(argumentContent);
  if (!ARGUMENTS.has(el.name)) return [];
  return el.children.filter((c) => c.name !== 'm:argPr' && c.name !== 'm:ctrlPr');
}

/** Texts of elements, where neighbouring runs of mathematics with the same properties are one. */
export function mathRuns(children: readonly Element[], canonical: (el: Element) => string): string[] {
  if (!children.some((c) => c.name === 'm:r')) return children.map(canonical);
  const out: string[] = [];
  let open: { before: string; after: string; text: string } | undefined;
  const close = (): void => {
    if (open !== undefined) out.push(`(m:r${open.before} (m:t ${open.text.trim()})${open.after})`);
    open = undefined;
  };
  for (const el of children) {
    const run = el.name === 'm:r' ? splitRun(el, canonical) : undefined;
    if (run !== undefined && open !== undefined && sameProperties(run, open)) {
      open = { ...open, text: open.text + run.text };
      continue;
    }
    close();
    if (run === undefined) out.push(canonical(el));
    else open = run;
  }
  close();
  return out;
}

interface MathRun {
  /** What stands before and after the first text. */
  readonly before: string;
  readonly after: string;
  readonly text: string;
}

function sameProperties(a: MathRun, b: MathRun): boolean {
  return a.before + a.after === b.before + b.after;
}

/** `undefined` for a run without text. */
function splitRun(el: Element, canonical: (el: Element) => string): MathRun | undefined {
  const first = el.children.findIndex((c) => c.name === 'm:t');
  if (first < 0) return undefined;
  const text = (from: number, to?: number): string =>
    el.children
      .slice(from, to)
      .map((c) => (c.name === 'm:t' ? '' : ` ${canonical(c)}`))
      .join('');
  const all = el.children.map((c) => (c.name === 'm:t' ? c.text : '')).join('');
  return { before: text(0, first), after: text(first + 1), text: all };
}
