import { type Package, relatedPart, samePart } from '../ooxml/index.ts';
import type { NotCompared } from '../report.ts';
import type { Result } from './result.ts';

/** Parts that a document has once and that no tracked change speaks of, by kind of relationship. */
const SINGLE = [
  ['theme', 'theme'],
  ['settings', 'document settings'],
  ['fontTable', 'font table'],
  ['glossaryDocument', 'building blocks'],
] as const;

/** What tracked changes cannot say, by part and reason. */
export function notCompared(result: Result): NotCompared[] {
  const { original, modified, rebase, comments } = result;
  const styles = relatedPart(original, original.main, 'styles') ?? 'word/styles.xml';
  const macros = new Set([...original.leftOut, ...modified.leftOut]);
  return [
    ...Array.from(macros, (part) => ({
      part,
      reason: 'Macros are not read and never run; the redline is a document without them.',
    })),
    ...rebase.styles.changed.map((name) => ({
      part: styles,
      reason: `The definition of the style "${name}" differs; the original's is kept.`,
    })),
    ...SINGLE.flatMap(([kind, what]) => single(original, modified, kind, what)),
    ...boundData(original, modified),
    ...Array.from(result.untracked, (part) => ({
      part,
      reason: "A table without rows, which shows nothing, is in one document only; the original's are kept.",
    })),
    ...(comments.sameThreads ? [] : [threads(original)]),
  ];
}

function single(a: Package, b: Package, kind: string, what: string): NotCompared[] {
  const [mine, theirs] = [relatedPart(a, a.main, kind), relatedPart(b, b.main, kind)];
  if (mine === undefined && theirs === undefined) return [];
  if (mine !== undefined && theirs !== undefined && samePart(a, mine, b, theirs)) return [];
  return [
    {
      part: mine ?? theirs ?? '',
      reason: `The ${what} of the two documents differ; the original's are kept.`,
    },
  ];
}

/** Data that content controls are bound to (§17.5.2.6), in parts of its own. */
function boundData(a: Package, b: Package): NotCompared[] {
  const parts = (pkg: Package): string[] =>
    pkg
      .relationships(pkg.main)
      .flatMap((r) => (r.type.endsWith('/customXml') && r.part !== undefined ? [r.part] : []));
  const [mine, theirs] = [parts(a), parts(b)];
  const lone = (pkg: Package, own: string[], other: Package, others: string[]): string[] =>
    own.filter((part) => !others.some((x) => samePart(pkg, part, other, x)));
  const differ = new Set([...lone(a, mine, b, theirs), ...lone(b, theirs, a, mine)]);
  return Array.from(differ, (part) => ({
    part,
    reason: "Data that content controls may be bound to differs; the original's is kept.",
  }));
}

function threads(original: Package): NotCompared {
  return {
    part: relatedPart(original, original.main, 'commentsExtended') ?? 'word/commentsExtended.xml',
    reason:
      "A comment of both documents is resolved, or an answer, in one of them; the original's state is kept.",
  };
}
