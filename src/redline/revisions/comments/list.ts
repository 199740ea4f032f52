import type { Codec } from '../../codec.ts';
import { attribute, elements, openPackage, type Package, type XmlElement } from '../../ooxml/index.ts';
import type { Limits } from '../../options.ts';
import { paragraphOf, paragraphsOf, type Story, storiesOf } from '../edit/story.ts';
import { readTape } from '../edit/tape.ts';
import { entriesOf, paraIdOf } from './parts.ts';

/** A comment of a document. */
export interface Comment {
  /** `w:id` in the document. */
  readonly id: string;
  readonly author: string;
  readonly initials: string;
  /** As written; `null` where it says none. */
  readonly date: string | null;
  readonly text: string;
  readonly resolved: boolean;
  /** Id of the comment that it answers. */
  readonly parent: string | null;
  /** Kind of story that it is on; `null` where nothing refers to it. */
  readonly story: string | null;
  /** The words that it is about, paragraphs apart by line breaks; `''` where it is about a place. */
  readonly quote: string;
  /** `w14:paraId` of the paragraph in which its range begins. */
  readonly paragraph: string | null;
}

/** The comments of a document (ECMA-376 Part 1 §17.13.4) in the order of their part, with replies and states. */
export function listComments(document: Uint8Array, limits: Limits, codec: Codec): Comment[] {
  const pkg = openPackage(document, codec, limits);
  return commentsOf(pkg, rangesOf(storiesOf(pkg)));
}

function commentsOf(pkg: Package, ranges: ReadonlyMap<string, CommentRange>): Comment[] {
  const comments = entriesOf(pkg, 'comments').filter((c) => c.name === 'w:comment');
  const idOf = new Map(comments.map((c) => [paraIdOf(c), attribute(c, 'w:id') ?? '']));
  const states = new Map(
    entriesOf(pkg, 'commentsExtended').map((e) => [attribute(e, 'w15:paraId')?.toUpperCase(), e]),
  );
  return comments.map((c) => {
    const id = attribute(c, 'w:id') ?? '';
    const state = states.get(paraIdOf(c) ?? '');
    const range = ranges.get(id);
    const parent = attribute(state, 'w15:paraIdParent')?.toUpperCase();
    return {
      id,
      author: attribute(c, 'w:author') ?? '',
      initials: attribute(c, 'w:initials') ?? '',
      date: attribute(c, 'w:date') ?? null,
      text: elements(c)
        .filter((p) => p.name === 'w:p')
        .map((p) => readTape(p).text)
        .join('\n'),
      resolved: /^(?:1|true|on)$/.test(attribute(state, 'w15:done') ?? ''),
      parent: parent === undefined ? null : (idOf.get(parent) ?? null),
      story: range?.story ?? null,
      quote: range?.text ?? '',
      paragraph: range?.paragraph ?? null,
    };
  });
}

interface CommentRange {
  readonly story: string;
  paragraph: string | null;
  text: string;
}

/** What each comment is about. */
function rangesOf(stories: readonly Story[]): Map<string, CommentRange> {
  const found = new Map<string, CommentRange>();
  for (const story of stories) {
    if (story.kind !== 'comment' && story.root.source.includes('<w:comment')) readRanges(story, found);
  }
  return found;
}

function readRanges(story: Story, found: Map<string, CommentRange>): void {
  const open = new Map<string, CommentRange>();
  const meet = (element: XmlElement, paragraph: XmlElement | undefined): void => {
    const id = attribute(element, 'w:id') ?? '';
    const range = open.get(id) ?? found.get(id) ?? { story: story.kind, paragraph: null, text: '' };
    if (element.name === 'w:commentRangeEnd') open.delete(id);
    else {
      range.paragraph ??= attribute(paragraph, 'w14:paraId') ?? null;
      if (element.name === 'w:commentRangeStart') open.set(id, range);
    }
    found.set(id, range);
  };
  for (const path of paragraphsOf(story.root)) {
    const paragraph = paragraphOf(path);
    const tape = readTape(paragraph);
    for (const range of open.values()) if (range.text !== '') range.text += '\n';
    for (const cell of tape.cells) {
      if (/^w:comment(?:RangeStart|RangeEnd|Reference)$/.test(cell.element.name))
        meet(cell.element, paragraph);
      else if (cell.to > cell.from && !cell.hidden)
        for (const range of open.values()) range.text += tape.text.slice(cell.from, cell.to);
    }
  }
}
