import { expect } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import {
  type Change,
  DEFAULT_LIMITS,
  type Decided,
  type Decision,
  decideChanges,
  listChanges,
  openStanding,
  RedlineError,
  type Verdict,
} from '../../src/redline/index.ts';
import { openPackage } from '../../src/redline/ooxml/index.ts';
import { settleAll } from '../../src/redline/revisions/decide/settle.ts';
import { storyParts } from '../../src/redline/revisions/result.ts';

const OPTIONS = { limits: DEFAULT_LIMITS };

export const changesIn = (document: Uint8Array): readonly Change[] =>
  listChanges(document, OPTIONS, nodeCodec).changes;

export const decide = (document: Uint8Array, decisions: readonly Decision[]): Decided =>
  decideChanges(document, decisions, OPTIONS, nodeCodec);

/** What the story parts of a document say. */
export function storiesOf(document: Uint8Array): Record<string, string> {
  const pkg = openPackage(document, nodeCodec, DEFAULT_LIMITS);
  return Object.fromEntries(storyParts(pkg).map((part) => [part, pkg.root(part).source]));
}

/** The same with everything settled one way, without asking what the changes are. */
export function settledStories(document: Uint8Array, verdict: Verdict): Record<string, string> {
  const pkg = openPackage(document, nodeCodec, DEFAULT_LIMITS);
  const stories = storyParts(pkg).map((part) => [part, settleAll(pkg.root(part), verdict)] as const);
  const before = pkg.root(pkg.main).source;
  const after = stories.find(([part]) => part === pkg.main)?.[1] ?? '';
  return Object.fromEntries(stories.map(([part, xml]) => [part, withoutLeftNotes(xml, before, after)]));
}

/** Notes go with their references. */
function withoutLeftNotes(notes: string, before: string, after: string): string {
  return notes.replace(
    /<w:(footnote|endnote) [^>]*w:id="([^"]*)"[^>]*>[\s\S]*?<\/w:\1>/g,
    (note, kind, id) => {
      const reference = new RegExp(`<w:${kind}Reference [^>]*w:id="${id}"`);
      return reference.test(before) && !reference.test(after) ? '' : note;
    },
  );
}

/** Verdicts on some changes, picked by numbers between 0 and 1: whatever the document, so many of them. */
export type Picks = readonly (readonly [at: number, accept: boolean])[];

export function decisionsOf(changes: readonly Change[], picks: Picks): Decision[] {
  const verdicts = new Map<string, Verdict>();
  for (const [at, accept] of picks) {
    const change = changes[Math.min(changes.length - 1, Math.floor(at * changes.length))];
    if (change) verdicts.set(change.id, accept ? 'accept' : 'reject');
  }
  return Array.from(verdicts, ([id, verdict]) => ({ verdict, changes: { ids: [id] } }));
}

export interface OneByOne {
  readonly document: Uint8Array;
  /** Decisions on changes that had gone with others, or had other names by then. */
  readonly missed: number;
}

/** Each decision on the document that the one before gave. */
export function oneByOne(document: Uint8Array, decisions: readonly Decision[]): OneByOne {
  let [now, missed] = [document, 0];
  for (const decision of decisions) {
    try {
      now = decide(now, [decision]).document;
    } catch (error) {
      if (!(error instanceof RedlineError) || error.code !== 'changes/unknown-id') throw error;
      missed++;
    }
  }
  return { document: now, missed };
}

/**
 * The same decisions, one by one, asked of a review that stands as well: what it answers must be, to the byte, what comes of
 * reading the document anew.
 *
 * @returns how many it answered, and how many it left to that
 */
export function standing(
  document: Uint8Array,
  decisions: readonly Decision[],
): { answered: number; passed: number } {
  let now = document;
  const tally = { answered: 0, passed: 0 };
  let review = openStanding(now, OPTIONS, nodeCodec);
  for (const decision of decisions) {
    const got = review?.decide([decision]);
    const known = changesIn(now).some(({ id }) => decision.changes.ids?.includes(id));
    if (!known) continue;
    const anew = decide(now, [decision]);
    if (got) expect(got).toEqual(anew);
    else review = openStanding(anew.document, OPTIONS, nodeCodec);
    tally[got ? 'answered' : 'passed']++;
    now = anew.document;
  }
  return tally;
}

/** How many of the changes that nobody decided still have their ids. */
export function survivors(before: readonly Change[], after: Decided): { kept: number; lost: number } {
  const { accepted, rejected, gone } = after.report;
  const decided = new Set([...accepted, ...rejected, ...gone]);
  const names = new Set(changesIn(after.document).map((c) => c.id));
  const left = before.filter((c) => !decided.has(c.id));
  const kept = left.filter((c) => names.has(c.id)).length;
  return { kept, lost: left.length - kept };
}
