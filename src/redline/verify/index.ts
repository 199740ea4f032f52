import type { Codec } from '../codec.ts';
import { type InputRole, RedlineError } from '../errors.ts';
import { type Ignore, type Limits, NOTHING_IGNORED, type Tracked } from '../options.ts';
import type { Difference, StoryProof, Verification } from '../report.ts';

export {
  type Accepted,
  type AcceptedLine,
  element,
  type Restyle,
  readAccepted,
} from './accepted.ts';
export type { Element } from './element.ts';

import { comparedStories, differences } from './compare.ts';
import { type Agreed, emptyMemory, type Memory, NOTHING_AGREED } from './context.ts';
import { type Parts, readDocument, resolvedParts, type View } from './document.ts';
import { faultOf, newFaults, type Resolved } from './faults.ts';
import { agreedIds } from './ids.ts';
import { openWorkshop, Package, sameBytes, type Workshop } from './package.ts';
import type { Mode } from './resolve.ts';

/**
 * Proves a redline, or says where it fails: rejecting every change of `redline` must give `original`, accepting
 * every change must give `modified`, in text, structure and format of every story (ECMA-376 Part 1 §17.13.5); and
 * the package must hold no fault that neither input has.
 *
 * Shares no reader, model or resolver with the code that writes redlines. Inputs with tracked changes of their own
 * count as what they say when those are accepted, or rejected if `tracked` says so; where they are preserved, the
 * original counts as it is with its own rejected and the modified document with its own accepted. Only the original's
 * own bytes give it back as it stands.
 *
 * @param ignore what accepting need not give back; rejecting gives the original in every aspect all the same.
 * @throws {RedlineError} when `original` or `modified` cannot be read; a redline that cannot be read is a fault.
 */
export function verify(
  original: Uint8Array,
  modified: Uint8Array,
  redline: Uint8Array,
  codec: Codec,
  limits: Limits,
  ignore: Ignore = NOTHING_IGNORED,
  tracked: Tracked = 'accept',
): Verification {
  const shop = openWorkshop(codec, limits);
  const inputs = {
    original: openInput(original, 'original', shop, tracked === 'accept' ? 'accept' : 'reject'),
    modified: openInput(modified, 'modified', shop, tracked === 'reject' ? 'reject' : 'accept'),
  };
  try {
    const untouched = sameBytes(original, redline);
    return verdict(inputs, new Package(redline, shop, true), untouched, ignore);
  } catch (error) {
    if (!(error instanceof RedlineError) || error.details.input !== undefined) throw error;
    return { exact: false, stories: 0, outcome: [], differences: [], faults: [faultOf(error)] };
  }
}

interface Input {
  readonly role: InputRole;
  readonly source: Package;
  readonly parts: Parts;
}

interface Inputs {
  readonly original: Input;
  readonly modified: Input;
}

function openInput(bytes: Uint8Array, role: InputRole, shop: Workshop, tracked: Mode): Input {
  return about(role, () => {
    const source = new Package(bytes, shop);
    return { role, source, parts: resolvedParts(source, tracked) };
  });
}

/** A refusal to read an input names that input. */
function about<T>(role: InputRole, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof RedlineError ? error.about(role) : error;
  }
}

function verdict(inputs: Inputs, source: Package, untouched: boolean, ignore: Ignore): Verification {
  const redline = {
    source,
    rejected: resolvedParts(source, 'reject'),
    accepted: resolvedParts(source, 'accept'),
  };
  const trusted = [inputs.original.source, inputs.modified.source] as const;
  const terms = { untouched, ignore };
  const {
    differences: found,
    stories,
    outcome,
  } = proof(inputs, redline, terms, agreedIds([source, ...trusted]));
  const faults = newFaults(redline, trusted);
  return { exact: found.length + faults.length === 0, stories, outcome, differences: found, faults };
}

interface Terms {
  /** The redline is the original, byte for byte. */
  readonly untouched: boolean;
  readonly ignore: Ignore;
}

type Proof = Pick<Verification, 'differences' | 'stories' | 'outcome'>;

/**
 * Compares what the documents say. Where ids agree they are compared instead of what they name, which is quick and
 * never finds too little; what differs then is looked at again by name, because two ids may name the same.
 */
function proof(inputs: Inputs, redline: Resolved, terms: Terms, agreed: Agreed): Proof {
  const memory = emptyMemory(agreed, NOTHING_IGNORED);
  const [original, modified] = [readInput(inputs.original, memory), readInput(inputs.modified, memory)];
  const rejected = readDocument(redline.source, redline.rejected, memory);
  const { ignore } = terms;
  const lenient = Object.values(ignore).includes(true) ? emptyMemory(agreed, ignore) : memory;
  const target = lenient === memory ? modified : readInput(inputs.modified, lenient);
  const accepted = readDocument(redline.source, redline.accepted, lenient);
  const found = [
    ...(terms.untouched ? [] : differences('reject', original, rejected, modified, NOTHING_IGNORED)),
    ...differences('accept', target, accepted, original, ignore),
  ];
  if (found.length > 0 && agreed.style) return proof(inputs, redline, terms, NOTHING_AGREED);
  const stories = new Set([
    ...comparedStories(original, rejected, NOTHING_IGNORED),
    ...comparedStories(target, accepted, ignore),
  ]);
  return { differences: found, stories: stories.size, outcome: outcomeOf(stories, found) };
}

/** What was found of each story, by level. */
function outcomeOf(stories: ReadonlySet<string>, found: readonly Difference[]): StoryProof[] {
  return [...new Set([...stories, ...found.map((d) => d.story)])].map((story) => {
    const holds = (level: Difference['level']): boolean =>
      !found.some((d) => d.story === story && d.level === level);
    return { story, text: holds('text'), structure: holds('structure'), format: holds('format') };
  });
}

function readInput(input: Input, memory: Memory): View {
  return about(input.role, () => readDocument(input.source, input.parts, memory));
}
