import type { Ignorable, Ignore } from '../options.ts';
import type { Difference } from '../report.ts';
import { areAlike } from './alike.ts';
import type { Block } from './block.ts';
import type { View } from './document.ts';
import { type Story, storyOf } from './story.ts';

/** A story that is not there. */
const NO_STORY: Story = { ...storyOf(''), lines: [] };

/** An aspect of a block, under the names of `Difference`, and what it belongs to that can be ignored. */
type Aspect = readonly [key: keyof Block, level: Difference['level'], aspect: string, of?: Ignorable];

const ASPECTS: readonly Aspect[] = [
  ['line', 'text', 'lines'],
  ['format', 'format', 'runs', 'formatting'],
  ['style', 'structure', 'styles', 'formatting'],
  ['numbering', 'structure', 'numbering', 'numbering'],
  ['direct', 'structure', 'paragraph-properties', 'formatting'],
  ['links', 'structure', 'hyperlinks'],
  ['objects', 'structure', 'objects'],
  ['controls', 'structure', 'content-controls'],
  ['table', 'structure', 'tables'],
];

/**
 * Where two readings differ: at most one difference for each story and aspect, the first.
 *
 * @param ignore what was read without, and what of the rest does not count.
 * @param other what the other input says. Bookmarks cannot be tracked, so that a redline carries those of both
 *   inputs: every expected one must be there, and none that neither input has.
 */
export function differences(
  direction: Difference['direction'],
  want: View,
  got: View,
  other: View,
  ignore: Ignore,
): Difference[] {
  const names = comparedStories(want, got, ignore);
  const compared = new PairMemory(ASPECTS.filter(([, , , of]) => of === undefined || !ignore[of]));
  const found = names.flatMap((story) => {
    const [a, b] = [want.get(story), got.get(story)];
    const presence: Finding[] =
      (a === undefined) === (b === undefined) ? [] : [{ level: 'structure', aspect: 'stories', at: 0 }];
    return [...presence, ...compared.differences(a ?? NO_STORY, b ?? NO_STORY)].map((finding) => ({
      direction,
      story,
      ...finding,
    }));
  });
  if (!bookmarksFit(names, want, got, other)) {
    found.push({ direction, story: 'document', level: 'structure', aspect: 'bookmarks', at: 0 });
  }
  return found;
}

type Finding = Pick<Difference, 'level' | 'aspect' | 'at'>;

/** Stories of either side, without headers and footers that show nothing on both: a blank one is as none. */
export function comparedStories(want: View, got: View, ignore: Ignore): readonly string[] {
  const names = [...new Set([...want.keys(), ...got.keys()])];
  return names.filter((name) => {
    if (/^(?:header|footer) /.test(name))
      return !ignore.headersAndFooters && ![want, got].every((v) => isBlank(v.get(name)));
    return !ignore.notes || !/^(?:footnote|endnote) /.test(name);
  });
}

function isBlank(story: Story = NO_STORY): boolean {
  const [first, ...more] = story.lines.slice(0, 2);
  return first === undefined || (more.length === 0 && story.read(first).line === 'P ');
}

/** Compares each pair of stories once: sections share headers. */
class PairMemory {
  private readonly known = new Map<Story, Map<Story, readonly Finding[]>>();
  private readonly aspects: readonly Aspect[];

  constructor(aspects: readonly Aspect[]) {
    this.aspects = aspects;
  }

  differences(want: Story, got: Story): readonly Finding[] {
    const known = this.known.get(want) ?? new Map<Story, readonly Finding[]>();
    this.known.set(want, known);
    const found = known.get(got) ?? storyDifferences(want, got, this.aspects);
    known.set(got, found);
    return found;
  }
}

function storyDifferences(want: Story, got: Story, aspects: readonly Aspect[]): readonly Finding[] {
  const found = blockDifferences(want, got, aspects);
  const controls = firstDifference(want.controls, got.controls);
  if (controls >= 0) found.push({ level: 'structure', aspect: 'content-controls', at: controls });
  const sections = firstDifference(want.sections, got.sections);
  if (sections >= 0) found.push({ level: 'structure', aspect: 'sections', at: sections });
  return found;
}

function blockDifferences(want: Story, got: Story, aspects: readonly Aspect[]): Finding[] {
  let open = aspects;
  const found: Finding[] = [];
  const length = Math.max(want.lines.length, got.lines.length);
  for (let at = 0; at < length && open.length > 0; at += 1) {
    const x = want.lines[at];
    const y = got.lines[at];
    if (x === y || areAlike(x, y)) continue;
    const a = x && want.read(x);
    const b = y && got.read(y);
    if (a === b || (a !== undefined && b !== undefined && isSame(a, b))) continue;
    for (const [key, level, aspect] of open) if (a?.[key] !== b?.[key]) found.push({ level, aspect, at });
    open = open.filter(([key]) => a?.[key] === b?.[key]);
  }
  return found;
}

/** Are two lines equal in every aspect? Most are. */
function isSame(a: Block, b: Block): boolean {
  return (
    a.line === b.line &&
    a.format === b.format &&
    a.style === b.style &&
    a.numbering === b.numbering &&
    a.direct === b.direct &&
    a.links === b.links &&
    a.objects === b.objects &&
    a.controls === b.controls &&
    a.table === b.table
  );
}

function firstDifference(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) if (a[at] !== b[at]) return at;
  return -1;
}

function bookmarksFit(names: readonly string[], want: View, got: View, other: View): boolean {
  const wanted = bookmarks(names.map((name) => want.get(name)));
  const found = bookmarks(names.map((name) => got.get(name)));
  const strangers = bookmarks([...other.values()]);
  return (
    [...wanted].every((name) => found.has(name)) &&
    [...found].every((name) => wanted.has(name) || strangers.has(name))
  );
}

function bookmarks(stories: readonly (Story | undefined)[]): ReadonlySet<string> {
  return new Set(stories.flatMap((story) => [...(story?.bookmarks ?? [])]));
}
