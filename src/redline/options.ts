import { RedlineError } from './errors.ts';

/** Ceilings on what one input may hold; passing one is `limits/exceeded`. */
export interface Limits {
  /** Bytes of the file as uploaded. */
  readonly compressedBytes: number;
  /** Bytes of all entries inflated. */
  readonly uncompressedBytes: number;
  /** Bytes of one XML part inflated. */
  readonly xmlPartBytes: number;
  /** Inflated to compressed size of one entry, checked beyond 1 MiB inflated. */
  readonly ratio: number;
  readonly entries: number;
  /** Depth of element nesting. */
  readonly xmlDepth: number;
}

export const DEFAULT_LIMITS: Limits = {
  compressedBytes: 50 * 1024 * 1024,
  uncompressedBytes: 512 * 1024 * 1024,
  xmlPartBytes: 64 * 1024 * 1024,
  ratio: 200,
  entries: 10_000,
  xmlDepth: 512,
};

/** A redline holds the parts of two documents that were each within the limits. */
export const RESULT_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  compressedBytes: 2 * DEFAULT_LIMITS.compressedBytes,
  uncompressedBytes: 2 * DEFAULT_LIMITS.uncompressedBytes,
  xmlPartBytes: 2 * DEFAULT_LIMITS.xmlPartBytes,
  entries: 2 * DEFAULT_LIMITS.entries,
};

/** What is marked inside a changed phrase: whole words, or the grapheme clusters that differ. */
export const GRANULARITIES = ['word', 'character'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/**
 * What a comparison can leave out.  What is ignored keeps the original's form: rejecting still gives
 * the original exactly, accepting gives the modified document but for these aspects.
 */
export const IGNORABLE = [
  'case',
  'whitespace',
  'formatting',
  'numbering',
  'headersAndFooters',
  'notes',
  'fields',
  'comments',
] as const;
export type Ignorable = (typeof IGNORABLE)[number];
export type Ignore = Readonly<Record<Ignorable, boolean>>;

export const NOTHING_IGNORED: Ignore = {
  case: false,
  whitespace: false,
  formatting: false,
  numbering: false,
  headersAndFooters: false,
  notes: false,
  fields: false,
  comments: false,
};

export interface MoveOptions {
  /** Without them what moved is deleted at one place and inserted at the other. */
  readonly enabled: boolean;
  /** Fewest words of what is shown as moved: shorter ones recur by chance. */
  readonly leastWords: number;
}

/** The tracked changes that an input already holds: settled first, or kept with their authors and dates. */
export const TRACKED = ['accept', 'reject', 'preserve'] as const;
export type Tracked = (typeof TRACKED)[number];

/** Whose document properties and editing marks the redline has: either side's, or nobody's. */
export const METADATA = ['original', 'modified', 'remove'] as const;
export type Metadata = (typeof METADATA)[number];

export interface CompareOptions {
  /** `w:author` of every revision. */
  readonly author: string;
  /** `w:date` of every revision, ISO 8601 in UTC to the second; `null` writes none. */
  readonly date: string | null;
  readonly granularity: Granularity;
  readonly ignore: Ignore;
  readonly moves: MoveOptions;
  readonly tracked: Tracked;
  readonly metadata: Metadata;
  readonly limits: Limits;
}

/** Options as they are given: whatever is left out has its default. */
export type GivenOptions = {
  readonly [Name in keyof CompareOptions]?: CompareOptions[Name] extends object
    ? Partial<CompareOptions[Name]>
    : CompareOptions[Name];
};

export const DEFAULT_AUTHOR = 'Redline';
/** UTF-16 units of an author's name. */
export const MOST_AUTHOR = 255;
export const DEFAULT_MOVES: MoveOptions = { enabled: true, leastWords: 5 };
export const MOST_LEAST_WORDS = 1000;

/** What a careful lawyer expects where nothing else is said. */
export const DEFAULT_OPTIONS: CompareOptions = {
  author: DEFAULT_AUTHOR,
  date: null,
  granularity: 'word',
  ignore: NOTHING_IGNORED,
  moves: DEFAULT_MOVES,
  tracked: 'accept',
  metadata: 'original',
  limits: DEFAULT_LIMITS,
};

/**
 * Every option, from those that are given.
 *
 * @throws {RedlineError} `options/invalid` for a name or a value that the engine does not know.
 */
export function compareOptions(given: GivenOptions = {}): CompareOptions {
  known(given, DEFAULT_OPTIONS, '');
  const options: CompareOptions = {
    ...DEFAULT_OPTIONS,
    ...given,
    ignore: { ...NOTHING_IGNORED, ...given.ignore },
    moves: { ...DEFAULT_MOVES, ...given.moves },
    limits: { ...DEFAULT_LIMITS, ...given.limits },
  };
  known(options.ignore, NOTHING_IGNORED, 'ignore.');
  known(options.moves, DEFAULT_MOVES, 'moves.');
  known(options.limits, DEFAULT_LIMITS, 'limits.');
  checkStamp(options);
  oneOf('granularity', options.granularity, GRANULARITIES);
  oneOf('tracked', options.tracked, TRACKED);
  oneOf('metadata', options.metadata, METADATA);
  for (const name of IGNORABLE) flag(`ignore.${name}`, options.ignore[name]);
  flag('moves.enabled', options.moves.enabled);
  whole('moves.leastWords', options.moves.leastWords, MOST_LEAST_WORDS);
  for (const [name, value] of Object.entries(options.limits)) whole(`limits.${name}`, value);
  return options;
}

/** What XML 1.0 § 2.2 cannot hold, and control characters. */
const UNWRITABLE = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

export function checkStamp({ author, date }: Pick<CompareOptions, 'author' | 'date'>): void {
  if (typeof author !== 'string' || author.trim() === '' || author.length > MOST_AUTHOR)
    throw invalid('author', `is a name of 1 to ${MOST_AUTHOR} characters`);
  if (UNWRITABLE.test(author)) throw invalid('author', 'must not hold control characters');
  if (date === null) return;
  if (typeof date !== 'string' || !DATE.test(date) || Number.isNaN(Date.parse(date)))
    throw invalid('date', 'is a moment in UTC to the second, such as 2026-03-31T12:00:00Z, or null');
}

function known(given: object, names: object, path: string): void {
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(names, name));
  if (stranger !== undefined) throw invalid(`${path}${stranger.slice(0, 40)}`, 'is no option');
}

function oneOf(name: string, value: unknown, values: readonly unknown[]): void {
  if (!values.includes(value)) throw invalid(name, `is one of ${values.join(', ')}`);
}

function flag(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw invalid(name, 'is true or false');
}

function whole(name: string, value: unknown, most = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || Number(value) < 1 || Number(value) > most)
    throw invalid(name, `is a whole number from 1 to ${most}`);
}

function invalid(name: string, why: string): RedlineError {
  return new RedlineError('options/invalid', `The options cannot be used: ${name} ${why}.`);
}
