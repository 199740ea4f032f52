import type { Codec } from '../codec.ts';
import {
  bodyOf,
  child,
  elements,
  OFFICE_RELATIONSHIPS,
  type Package,
  relatedPart,
  revisePackage,
  startTag,
  widenedStartTag,
  type XmlElement,
} from '../ooxml/index.ts';
import type { CompareOptions, Ignorable, Limits } from '../options.ts';
import type { ChangedClause, NotCompared, SpentBudget, StoryOutcome } from '../report.ts';
import { mergePieces } from './blocks.ts';
import { changedClauses } from './clauses.ts';
import { addComments } from './comments.ts';
import type { MergeContext, Tally } from './context.ts';
import type { Verdict } from './decide/decision.ts';
import { hasRevisions } from './decide/names.ts';
import { settleAll } from './decide/settle.ts';
import { Headers } from './headers.ts';
import { settleMetadata } from './metadata.ts';
import { settleMoves } from './moves.ts';
import { notCompared } from './not-compared.ts';
import { type NoteKind, numberNotes } from './notes.ts';
import { Result, type Rungs, storyParts } from './result.ts';
import { effectiveSections, SectionWriter } from './sections.ts';

export interface Written {
  readonly bytes: Uint8Array;
  /** Nothing had to be changed. */
  readonly untouched: boolean;
  readonly tally: Tally;
  /** Clauses of the body that hold a change. */
  readonly clauses: readonly ChangedClause[];
  /** Differences that were ignored, by aspect. */
  readonly passedOver: ReadonlyMap<Ignorable, number>;
  readonly notCompared: readonly NotCompared[];
  readonly stories: readonly StoryOutcome[];
  readonly budgets: readonly SpentBudget[];
}

/** The document with the revisions that it already holds accepted or rejected. */
export function withoutRevisions(pkg: Package, limits: Limits, verdict: Verdict = 'accept'): Package {
  const revised = new Map<string, string>();
  for (const part of storyParts(pkg)) {
    const root = pkg.root(part);
    if (hasRevisions(root.source)) revised.set(part, settleAll(root, verdict));
  }
  return revisePackage(pkg, revised, limits);
}

/** Writes one redline of two documents; it is not verified here. */
export function writeRedline(
  original: Package,
  modified: Package,
  options: CompareOptions,
  rungs: Rungs,
  codec: Codec,
): Written {
  const result = new Result(original, modified, options, rungs, codec);
  writeBody(result);
  writeNotes(result, 'footnote');
  writeNotes(result, 'endnote');
  const { comments } = result;
  const used = options.ignore.comments ? referencedComments(result) : undefined;
  const carried = used ? { ...comments, wanted: used } : comments;
  addComments(result.editor, modified, carried, result.rebase.part, (xml) => result.parse(xml));
  for (const [part, xml] of result.parts) put(result, part, result.bookmarks.resolve(xml));
  settleMetadata(result.editor, modified, options.metadata);
  const { editor, tally, stories, budgets } = result;
  return {
    bytes: editor.bytes(),
    untouched: !editor.touched,
    tally,
    clauses: result.clauses,
    passedOver: result.passedOver,
    notCompared: notCompared(result),
    stories,
    budgets,
  };
}

/** Comments that are ignored come along only where something that is carried whole refers to them. */
function referencedComments(result: Result): ReadonlySet<string> {
  const ids = [...result.parts.values()].flatMap((xml) =>
    Array.from(xml.matchAll(/<w:commentReference\b[^>]*?\sw:id="([^"]*)"/g), (m) => m[1] ?? ''),
  );
  const used = new Set(ids);
  for (const id of result.comments.ids.values())
    if (!result.comments.shared.has(id) && !used.has(id)) result.passOver('comments');
  return used;
}

function put(result: Result, part: string, xml: string): void {
  if (!result.original.has(part)) result.editor.fill(part, xml);
  else if (xml !== result.original.root(part).source) result.editor.replace(part, xml);
}

function writeBody(result: Result): void {
  const { main } = result.original;
  const root = result.original.root(main);
  const { root: other, marks } = result.modifiedPart(result.modified.main, main, root.source);
  const [body, otherBody] = [bodyOf(root), bodyOf(other)];
  const [a, b] = [effectiveSections(body, result.original), effectiveSections(otherBody, result.modified)];
  const headers = new Headers(result);
  const rewrite = !headers.same([...a.values()], [...b.values()]);
  const sections = new SectionWriter(a, b, headers, rewrite);
  const ctx = result.context('body', marks, sections);
  const before = ctx.touches();
  const [lastA, lastB] = [child(body, 'w:sectPr'), child(otherBody, 'w:sectPr')];
  const end = finalSection(lastA, lastB, ctx, (xml) => result.parse(xml));
  const content = result.story('body', main, ctx, () => settleMoves(mergePieces(body, otherBody, ctx), ctx));
  if (ctx.touches() === before) return;
  const head = `${root.source.slice(0, root.start)}${widenedStartTag(startTag(root), root, other)}${root.source.slice(root.innerStart, body.start)}${startTag(body)}`;
  const xml = [
    head,
    result.bookmarks.refuge,
    ...content,
    end,
    '</w:body>',
    root.source.slice(body.end, root.end),
  ].join('');
  result.parts.set(main, xml);
  const compared = { original: body, modified: otherBody };
  result.clauses = changedClauses(result.marked, result.original, result.modified, compared);
}

function writeNotes(result: Result, kind: NoteKind): void {
  const [mine, theirs] = [
    relatedPart(result.original, result.original.main, `${kind}s`),
    relatedPart(result.modified, result.modified.main, `${kind}s`),
  ];
  if (mine === undefined && (theirs === undefined || !result.notes.hasAdded(kind))) return;
  const source = theirs ?? mine ?? '';
  const target = mine ?? result.editor.add(source, '', result.modified.contentType(source));
  if (mine === undefined) {
    result.editor.relate(result.original.main, `${OFFICE_RELATIONSHIPS}/${kind}s`, { part: target });
  }
  const text = mine === undefined ? '' : result.original.root(mine).source;
  const other = theirs === undefined ? undefined : result.modifiedPart(theirs, target, text);
  const root =
    mine === undefined ? other && result.parse(separatorsOnly(other.root)) : result.original.root(mine);
  if (!root) return;
  const marks = other?.marks ?? result.ownMarks(text);
  const ctx = result.context('notes', marks);
  const before = ctx.touches();
  const { main } = result.original;
  const body = result.parts.get(main) ?? result.original.root(main).source;
  const content = result.story(`${kind}s`, target, ctx, () =>
    result.notes.write(kind, root, other?.root ?? root, body, ctx),
  );
  const untouched = ctx.touches() === before && !result.notes.hasAdded(kind);
  if (mine !== undefined && (content === undefined || untouched)) return;
  const tag = other ? widenedStartTag(startTag(root).replace(/\/>$/, '>'), root, other.root) : startTag(root);
  const notes = `${root.source.slice(0, root.start)}${tag}${content ?? ''}</${root.name}>`;
  const numbered = result.notes.hasAdded(kind) ? numberNotes(kind, [body, notes]) : [body, notes];
  if (numbered[0] !== body) result.parts.set(main, numbered[0] ?? body);
  result.parts.set(target, numbered[1] ?? notes);
}

/** The body's own section (§17.6.17), which stands behind its last block. */
function finalSection(
  a: XmlElement | undefined,
  b: XmlElement | undefined,
  ctx: MergeContext,
  parse: (xml: string) => XmlElement,
): string {
  if (!a && !b) return '';
  const none = (): XmlElement => parse('<w:sectPr/>');
  return ctx.section(a ?? none(), b ?? none());
}

/** A notes part without its notes: what separates them from the text stays. */
function separatorsOnly(root: XmlElement): string {
  const kept = elements(root).filter((n) => /\sw:type=/.test(startTag(n)));
  return `${root.source.slice(0, root.start)}${startTag(root)}${kept.map((n) => n.source.slice(n.start, n.end)).join('')}</${root.name}>`;
}
