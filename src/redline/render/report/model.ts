import type { Codec } from '../../codec.ts';
import type { Limits } from '../../options.ts';
import { type Change, type ChangeKind, listChanges } from '../../revisions/index.ts';
import { type ClauseState, statistics, type WordFigures } from '../statistics.ts';

/** What a report says about itself. Names and dates are given, so that equal inputs make equal reports. */
export interface ReportOptions {
  /** Name of the earlier version's file or party; `null` where nobody said. */
  readonly original: string | null;
  readonly modified: string | null;
  /** When the report was made, ISO 8601; `null` says nothing. */
  readonly date: string | null;
  readonly limits: Limits;
}

/** One change as a row of a report. */
export interface ReportedChange
  extends Pick<Change, 'id' | 'kind' | 'author' | 'date' | 'story' | 'before' | 'after' | 'format'> {
  /** The kind in words: `Row inserted`. */
  readonly what: string;
}

/** Changes of one clause, in their order. */
export interface ReportedClause {
  readonly story: string;
  /** `4.2(b)`, or `''`. */
  readonly clause: string;
  readonly heading: string;
  readonly changes: readonly ReportedChange[];
}

/** What changed between two versions, apart by whether the words or only the looks are concerned. */
export interface ChangeReport {
  readonly original: string | null;
  readonly modified: string | null;
  readonly date: string | null;
  readonly authors: readonly string[];
  readonly counts: {
    readonly changes: number;
    readonly substance: number;
    readonly formatting: number;
    /** Only kinds that occur. */
    readonly byKind: Readonly<Partial<Record<ChangeKind, number>>>;
  };
  readonly words: WordFigures;
  readonly clauses: Readonly<Record<ClauseState, number>>;
  readonly substance: readonly ReportedClause[];
  /** Formatting and numbering. */
  readonly formatting: readonly ReportedClause[];
}

/** The kinds in words, in the order in which a report counts them. */
const KIND_WORDS: Readonly<Record<ChangeKind, string>> = {
  replacement: 'Replaced',
  insertion: 'Inserted',
  deletion: 'Deleted',
  move: 'Moved',
  'row-insertion': 'Row inserted',
  'row-deletion': 'Row deleted',
  'cell-insertion': 'Cells inserted',
  'cell-deletion': 'Cells deleted',
  'cell-merge': 'Cells merged',
  'control-insertion': 'Control inserted',
  'control-deletion': 'Control removed',
  'run-formatting': 'Text formatting',
  'paragraph-formatting': 'Paragraph formatting',
  numbering: 'Numbering',
  'section-formatting': 'Section formatting',
  'table-formatting': 'Table formatting',
};

const FORMATTING: ReadonlySet<ChangeKind> = new Set<ChangeKind>([
  'run-formatting',
  'paragraph-formatting',
  'numbering',
  'section-formatting',
  'table-formatting',
]);

/**
 * Reports what changed in a document with tracked changes.
 *
 * @throws {RedlineError} `document/*` or `limits/exceeded` when it cannot be read
 */
export function changeReport(document: Uint8Array, options: ReportOptions, codec: Codec): ChangeReport {
  const { changes, authors } = listChanges(document, { limits: options.limits }, codec);
  const { words, counts } = statistics(document, codec, options.limits);
  return reportOf(changes, { authors, words, clauses: counts }, options);
}

/** The report of changes that are known. */
export function reportOf(
  changes: readonly Change[],
  known: Pick<ChangeReport, 'authors' | 'words' | 'clauses'>,
  { original, modified, date }: Pick<ReportOptions, 'original' | 'modified' | 'date'>,
): ChangeReport {
  const substance = changes.filter(({ kind }) => !FORMATTING.has(kind));
  const formatting = changes.filter(({ kind }) => FORMATTING.has(kind));
  const kinds = Object.keys(KIND_WORDS) as ChangeKind[];
  const byKind = kinds.map(
    (kind) => [kind, changes.filter((change) => change.kind === kind).length] as const,
  );
  return {
    original: printable(original),
    modified: printable(modified),
    date,
    ...known,
    counts: {
      changes: changes.length,
      substance: substance.length,
      formatting: formatting.length,
      byKind: Object.fromEntries(byKind.filter(([, count]) => count > 0)),
    },
    substance: byClause(substance),
    formatting: byClause(formatting),
  };
}

/** A name that anybody may have given, without what no document can hold. */
function printable(name: string | null): string | null {
  const clean = name?.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '').trim() ?? '';
  return clean === '' ? null : clean;
}

function byClause(changes: readonly Change[]): ReportedClause[] {
  const groups: { story: string; clause: string; heading: string; changes: ReportedChange[] }[] = [];
  for (const { clause, heading, story, id, kind, author, date, before, after, format } of changes) {
    const last = groups.at(-1);
    const same = last?.story === story && last.clause === clause && last.heading === heading;
    const group = same ? last : { story, clause, heading, changes: [] };
    if (!same) groups.push(group);
    group.changes.push({ id, kind, what: KIND_WORDS[kind], author, date, story, before, after, format });
  }
  return groups;
}

/** Where a group of changes stands, in words: `4.2 Payment`, `Footnote 2`. */
export function placeOfClause({ story, clause, heading }: ReportedClause): string {
  const name = [clause, heading].filter((part) => part !== '').join(' ');
  if (story === 'body') return name === '' ? 'Beginning' : name;
  const page = { default: '', first: ', first page', even: ', even pages' };
  const plain = story.replace(/ (default|first|even)$/, (_, type: keyof typeof page) => page[type]);
  const capital = plain.charAt(0).toUpperCase() + plain.slice(1);
  return name === '' ? capital : `${capital}, ${name}`;
}

/** What stood there and what stands there: words, or how they looked. Cells are apart by bars; a bare mark is `¶`. */
export function sidesOf({
  before,
  after,
  format,
  kind,
}: ReportedChange): readonly [before: string, after: string] {
  if (format !== null) return [format.before, format.after];
  const cells = /^(?:row|cell)-/.test(kind);
  const shown = (content: string): string => {
    const text = content.replaceAll('\ufffc', '[object]');
    if (text.trim() === '' && text.includes('\n')) return '¶'.repeat(text.split('\n').length - 1);
    return cells ? text.replaceAll('\t', ' | ') : text;
  };
  return [shown(before), shown(after)];
}

/** Characters of the words that a change of formatting is about. */
const EXCERPT = 80;

/** The words whose looks a change concerns, where there are some, in quotes. */
export function subjectOf({ after, before, format }: ReportedChange): string {
  const words = (after || before).replace(/\s+/g, ' ').trim();
  if (format === null || words === '') return '';
  const few = Array.from(words);
  return few.length > EXCERPT ? `“${few.slice(0, EXCERPT).join('').trimEnd()}…”` : `“${words}”`;
}

/** The figures of a report, in words. */
export function figuresOf({ counts, words, clauses }: ChangeReport): readonly (readonly [string, number])[] {
  const figures: (readonly [string, number])[] = [
    ['Changes', counts.changes],
    ['Changes of substance', counts.substance],
    ['Changes of formatting and numbering', counts.formatting],
    ['Words inserted', words.inserted],
    ['Words deleted', words.deleted],
    ['Words moved', words.moved],
    ['Words in the original', words.original],
    ['Words in the modified document', words.modified],
    ['Clauses changed', clauses.changed],
    ['Clauses inserted', clauses.inserted],
    ['Clauses deleted', clauses.deleted],
    ['Clauses moved', clauses.moved],
    ['Clauses with formatting changed only', clauses.formatting],
    ['Clauses unchanged', clauses.unchanged],
  ];
  return figures.filter(([name, count], at) => count > 0 || at < 3 || name === 'Clauses unchanged');
}
