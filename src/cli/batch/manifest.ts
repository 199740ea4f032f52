import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { GivenOptions } from '../../redline/index.ts';
import { CliError } from '../errors.ts';
import { codeOf } from '../input.ts';

/** Two files to compare, and the place of the result below the folder of results. */
export interface Pair {
  /** Segments joined by `/`, without an ending. */
  readonly name: string;
  /** Paths. */
  readonly original: string;
  readonly modified: string;
  readonly options: GivenOptions;
}

/** Pairs of one batch on this machine. */
const MOST_PAIRS = 100_000;
const MOST_MANIFEST_BYTES = 64 * 1024 * 1024;
/** Names in one message. */
const MOST_NAMED = 5;

/** Both halves of a pair that stands in a folder: `original.docx` beside `modified.docx`, or with a name before. */
const HALF = /^(?:(.+)[.\-_ ])?(original|modified)\.(?:docx|docm|dotx)$/i;
/** What no common file system takes in a name, and what a terminal would act on. */
const SEGMENT = /^(?!\.)[^\\/:*?"<>|\p{Cc}\p{Cf}]{1,200}$/u;

/**
 * The pairs that a manifest names, or that stand in a folder and those below it.
 *
 * @throws {CliError} `usage` for what is no batch: nothing is compared then.
 */
export async function readPairs(
  source: string,
): Promise<{ readonly pairs: readonly Pair[]; readonly root: string }> {
  const there = await stat(source).catch((error: unknown) => {
    throw codeOf(error) === 'ENOENT' ? new CliError('file/not-found', `there is no ${source}`, error) : error;
  });
  const pairs = there.isDirectory() ? await pairsBelow(source) : await manifest(source, there.size);
  if (pairs.length === 0)
    throw unusable(source, 'holds no pair: NAME.original.docx beside NAME.modified.docx');
  const unfit = pairs.find(({ name }) => !name.split('/').every((part) => SEGMENT.test(part)));
  if (unfit)
    throw unusable(source, `a pair is called ${JSON.stringify(unfit.name)}, which is no name for a file`);
  if (pairs.length > MOST_PAIRS)
    throw unusable(source, `holds ${pairs.length} pairs, more than ${MOST_PAIRS}`);
  const twice = repeated(pairs.map(({ name }) => name.toLowerCase()));
  if (twice !== undefined) throw unusable(source, `two pairs are called ${twice}`);
  return { pairs, root: there.isDirectory() ? source : dirname(source) };
}

interface Halves {
  original?: string;
  modified?: string;
}

async function pairsBelow(folder: string): Promise<Pair[]> {
  const halves = new Map<string, Halves>();
  for (const path of await filesBelow(folder)) {
    const parts = relative(folder, path).split(sep);
    const found = HALF.exec(parts.pop() ?? '');
    if (found === null) continue;
    const [, own, role = ''] = found;
    const name = [...parts, ...(own === undefined ? [] : [own])].join('/') || 'redline';
    const pair = halves.get(name) ?? {};
    const side = role.toLowerCase() as keyof Halves;
    if (pair[side] !== undefined) throw unusable(folder, `holds the ${side} of ${name} twice`);
    halves.set(name, { ...pair, [side]: path });
  }
  const alone = [...halves].filter(([, pair]) => pair.original === undefined || pair.modified === undefined);
  if (alone.length > 0)
    throw unusable(folder, `holds half a pair only: ${named(alone.map(([name]) => name))}`);
  return [...halves].map(([name, { original = '', modified = '' }]) => ({
    name,
    original,
    modified,
    options: {},
  }));
}

/** In the order of their names, so that every run does the same in the same order. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.sort((a, b) => (a < b ? -1 : 1));
}

async function manifest(file: string, size: number): Promise<Pair[]> {
  if (size > MOST_MANIFEST_BYTES) throw unusable(file, 'is too large for a manifest');
  let read: unknown;
  try {
    read = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw unusable(file, 'is neither a folder nor a manifest in JSON');
  }
  const { base, options = {}, items } = object(read, ['base', 'options', 'items'], file);
  if (!Array.isArray(items) || items.length === 0) throw unusable(file, 'has no list of "items"');
  const common = object(options, null, `${file}, options`) as GivenOptions;
  const from = (path: unknown, what: string): string => {
    if (typeof path !== 'string' || path === '') throw unusable(file, `${what} is the name of a file`);
    return resolve(dirname(file), path);
  };
  return items.map((item: unknown, at) => {
    const place = `item ${at + 1}`;
    const given = object(item, ['name', 'original', 'modified', 'options'], `${file}, ${place}`);
    const original = from(given.original ?? base, `"original" of ${place}, or "base",`);
    const modified = from(given.modified, `"modified" of ${place}`);
    const name = given.name ?? withoutEnding(String(given.modified));
    if (typeof name !== 'string') throw unusable(file, `"name" of ${place} is no text`);
    const own = object(given.options ?? {}, null, `${file}, options of ${place}`) as GivenOptions;
    return { name, original, modified, options: { ...common, ...own } };
  });
}

/** The last part of a path, without its ending. */
function withoutEnding(path: string): string {
  return (path.split(/[\\/]/).pop() ?? '').replace(/\.[^.]*$/, '');
}

function object(value: unknown, names: readonly string[] | null, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CliError('usage', `${what} is not an object of JSON`);
  const stranger = names && Object.keys(value).find((name) => !names.includes(name));
  if (typeof stranger === 'string')
    throw new CliError('usage', `${what} holds "${stranger.slice(0, 40)}"; known are ${names?.join(', ')}`);
  return value as Record<string, unknown>;
}

function repeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}

function named(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function unusable(source: string, why: string): CliError {
  return new CliError('usage', `${source} ${why}`);
}
