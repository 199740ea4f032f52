import { RedlineError } from '../errors.ts';
import { append } from './append.ts';
import { type Parts, resolvedParts } from './document.ts';
import { attribute, child, type Element } from './element.ts';
import type { Fault } from './fault.ts';
import { hasTwins, type Markup, readMarkup } from './markup.ts';
import { FLAGS } from './names.ts';
import type { Package } from './package.ts';
import { packageFaults } from './packaging.ts';

/** A document with the stories of its parts resolved both ways, as the field check needs them. */
export interface Resolved {
  readonly source: Package;
  readonly accepted: Parts;
  readonly rejected: Parts;
}

/**
 * Faults of a redline that neither input has. Faults are told apart by code and message, not by place: what an
 * input already does wrong somewhere is not held against the redline.
 */
export function newFaults(redline: Resolved, inputs: readonly Package[]): readonly Fault[] {
  const found = faultsOf(redline, inputs);
  if (found.length === 0) return found;
  const known = new Set(
    inputs.flatMap((source) =>
      faultsOf({ source, ...bothWays(source) }, []).map((f) => `${f.code} ${f.message}`),
    ),
  );
  return found.filter((f) => !known.has(`${f.code} ${f.message}`));
}

function bothWays(source: Package): Pick<Resolved, 'accepted' | 'rejected'> {
  return { accepted: resolvedParts(source, 'accept'), rejected: resolvedParts(source, 'reject') };
}

/** A refusal to read a document, as a fault of it. */
export function faultOf(error: RedlineError): Fault {
  return { code: 'unreadable', part: error.details.part ?? '', message: `${error.code}: ${error.message}` };
}

function faultsOf(resolved: Resolved, trusted: readonly Package[]): readonly Fault[] {
  const { source } = resolved;
  try {
    const notable = trusted.length > 0 ? NOTABLE : 0;
    const markup = new Map(source.storyParts.map((part) => [part, readMarkup(source.root(part), notable)]));
    return [
      ...packageFaults(source, trusted),
      ...mainFaults(source),
      ...[...markup].flatMap(([part, read]) => storyFaults(part, read)),
      ...referenceFaults(source, markup),
      ...identityFaults(source, [...markup.values()]),
      ...fieldFaults(resolved.accepted, 'accept'),
      ...fieldFaults(resolved.rejected, 'reject'),
    ];
  } catch (error) {
    if (error instanceof RedlineError) return [faultOf(error)];
    throw error;
  }
}

function mainFaults(source: Package): readonly Fault[] {
  const root = source.has(source.main) ? source.root(source.main) : undefined;
  if (root?.name === 'w:document' && child(root, 'w:body') !== undefined) return [];
  return [{ code: 'main', part: source.main, message: 'no w:document with a w:body' }];
}

function storyFaults(part: string, markup: Markup): readonly Fault[] {
  return [...markup.faults].map((fault) => {
    const [code = '', ...message] = fault.split(' ');
    return { code, part, message: message.join(' ') };
  });
}

/** What is looked at even where an input says the same: it must agree with the rest of the redline. */
const NOTABLE = FLAGS.fresh | FLAGS.revision | FLAGS.range | FLAGS.reference;

const NOTE_PARTS = [
  ['footnotes', 'footnote'],
  ['endnotes', 'endnote'],
  ['comments', 'comment'],
] as const;

/** References to notes and comments lead somewhere, and their targets are there once. */
function referenceFaults(source: Package, markup: ReadonlyMap<string, Markup>): readonly Fault[] {
  const found: Fault[] = [];
  for (const [kind, name] of NOTE_PARTS) {
    const ids: string[] = [];
    for (const part of source.relatedParts(source.main, kind)) {
      const own = source.root(part).children.map((el) => attribute(el, 'w:id') ?? '');
      if (hasTwins(own)) found.push({ code: 'duplicate-id', part, message: `w:${name} id used twice` });
      append(ids, own);
    }
    const known = new Set(ids.map((id) => `${name} ${id}`));
    for (const [part, { references }] of markup) {
      const lost = [...references].some((ref) => ref.startsWith(`${name} `) && !known.has(ref));
      if (lost) found.push({ code: 'reference', part, message: `w:${name}Reference to a missing entry` });
    }
  }
  return found;
}

/** Ids of revisions and names of bookmarks are unique in the whole document (§17.13.6.2, §17.13.5). */
function identityFaults(source: Package, markup: readonly Markup[]): readonly Fault[] {
  const found: Fault[] = [];
  const part = source.main;
  if (hasTwins(markup.flatMap((read) => read.revisionIds))) {
    found.push({ code: 'duplicate-id', part, message: 'revision id used twice' });
  }
  if (hasTwins(markup.flatMap((read) => read.bookmarkNames))) {
    found.push({ code: 'duplicate-id', part, message: 'bookmark name used twice' });
  }
  return found;
}

/** Complex fields begin and end in the same story once changes are resolved (§17.16.18). */
function fieldFaults(parts: Parts, mode: 'accept' | 'reject'): readonly Fault[] {
  const found: Fault[] = [];
  for (const [part, root] of parts) {
    const notes = root.name === 'w:footnotes' || root.name === 'w:endnotes';
    if ((notes ? root.children : [root]).every(isBalanced)) continue;
    found.push({ code: 'field', part, message: `complex fields not balanced (${mode})` });
  }
  return found;
}

function isBalanced(story: Element): boolean {
  let depth = 0;
  let low = 0;
  const walk = (el: Element): void => {
    if ((el.flags & FLAGS.field) === 0 || el.name === 'mc:Fallback') return;
    if (el.name === 'w:fldChar') {
      const kind = attribute(el, 'w:fldCharType');
      depth += (kind === 'begin' ? 1 : 0) - (kind === 'end' ? 1 : 0);
      low = Math.min(low, depth);
    }
    for (const c of el.children) walk(c);
  };
  walk(story);
  return depth === 0 && low === 0;
}
