import { editFault, numbered } from './faults.ts';
import { type Anchor, type Edit, STORY_KINDS } from './types.ts';

/** Edits of one list. */
const MOST_EDITS = 1000;
/** UTF-16 units of one text, quote or name. */
const MOST_TEXT = 20_000;
const MOST_CELLS = 63;
const MOST_POINTS = 1584;

/** Checks one value and returns it as it is; says in words what it should have been. */
type Check = (value: unknown, path: string) => void;
type Shape = Readonly<Record<string, Check>>;

const invalid = (path: string, what: string): Error =>
  editFault('edit/invalid', `The edit cannot be read: ${path} ${what}.`);

/** What XML 1.0 §2.2 cannot hold, and control characters but tab and line break. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
const UNWRITABLE = /[\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]|\p{Cs}/u;

const text =
  (least: number, most = MOST_TEXT): Check =>
  (value, path) => {
    if (typeof value !== 'string') throw invalid(path, 'is a text');
    if (value.length < least || value.length > most)
      throw invalid(path, `has ${least} to ${most} characters`);
    if (UNWRITABLE.test(value)) throw invalid(path, 'holds characters that a document cannot hold');
  };
const flag: Check = (value, path) => {
  if (typeof value !== 'boolean') throw invalid(path, 'is true or false');
};
const oneOf =
  (...values: readonly string[]): Check =>
  (value, path) => {
    if (typeof value !== 'string' || !values.includes(value))
      throw invalid(path, `is one of ${values.join(', ')}`);
  };
const number =
  (least: number, most: number, step = 0): Check =>
  (value, path) => {
    const fits = typeof value === 'number' && value >= least && value <= most;
    if (!fits || (step > 0 && !Number.isInteger(value / step)))
      throw invalid(path, `is a number from ${least} to ${most}${step > 0 ? ` in steps of ${step}` : ''}`);
  };
const orNull =
  (check: Check): Check =>
  (value, path) => {
    if (value !== null) check(value, path);
  };
const maybe =
  (check: Check): Check =>
  (value, path) => {
    if (value !== undefined) check(value, path);
  };
const matching =
  (pattern: RegExp, what: string): Check =>
  (value, path) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw invalid(path, what);
  };
const list =
  (check: Check, most: number): Check =>
  (value, path) => {
    if (!Array.isArray(value) || value.length > most) throw invalid(path, `is a list of at most ${most}`);
    value.forEach((item, i) => {
      check(item, `${path}[${i}]`);
    });
  };

function object(value: unknown, shape: Shape, path: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(path, 'is an object');
  const strange = Object.keys(value).find((name) => !Object.hasOwn(shape, name));
  if (strange !== undefined) throw invalid(`${path}.${strange.slice(0, 40)}`, 'is not known');
  for (const [name, check] of Object.entries(shape))
    check((value as Readonly<Record<string, unknown>>)[name], `${path}.${name}`);
}

const within =
  (shape: Shape, some = false): Check =>
  (value, path) => {
    object(value, shape, path);
    if (some && Object.keys(value as object).length === 0) throw invalid(path, 'says nothing');
  };

const ANCHOR: Readonly<Record<keyof Anchor, Check>> = {
  quote: maybe(text(1)),
  prefix: maybe(text(1)),
  suffix: maybe(text(1)),
  paragraph: maybe(text(1, 200)),
  clause: maybe(text(1, 200)),
  change: maybe(text(1, 200)),
  story: maybe(oneOf(...STORY_KINDS)),
  fuzzy: maybe(flag),
};
const at = within(ANCHOR);
const side = oneOf('before', 'after');
const name = text(1, 255);
const toggle = maybe(orNull(flag));
const points = maybe(orNull(number(-MOST_POINTS, MOST_POINTS)));
const TEXT_FORMAT: Shape = {
  bold: toggle,
  italic: toggle,
  underline: toggle,
  strike: toggle,
  smallCaps: toggle,
  allCaps: toggle,
  color: maybe(orNull(matching(/^[0-9a-f]{6}$/i, 'is six hexadecimal digits'))),
  highlight: maybe(
    orNull(
      oneOf(
        ...'black blue cyan green magenta red yellow white darkBlue darkCyan darkGreen darkMagenta darkRed darkYellow darkGray lightGray none'.split(
          ' ',
        ),
      ),
    ),
  ),
  size: maybe(orNull(number(1, 1638, 0.5))),
  font: maybe(orNull(text(1, 31))),
  style: maybe(orNull(name)),
};
const PARAGRAPH_FORMAT: Shape = {
  align: maybe(orNull(oneOf('left', 'center', 'right', 'both'))),
  indentLeft: points,
  indentRight: points,
  indentFirst: points,
  spaceBefore: maybe(orNull(number(0, MOST_POINTS))),
  spaceAfter: maybe(orNull(number(0, MOST_POINTS))),
  keepNext: toggle,
  keepLines: toggle,
  pageBreakBefore: toggle,
  style: maybe(orNull(name)),
  level: maybe(number(0, 8, 1)),
};
const comment = text(1, 40);

const SHAPES: Readonly<Record<Edit['op'], Shape>> = {
  replace: { at, with: text(0) },
  insert: { at, side, text: text(1) },
  delete: { at },
  insertParagraph: { at, side, text: text(0), style: maybe(name) },
  deleteParagraph: { at },
  moveParagraph: { at, to: at, side },
  splitParagraph: { at, side },
  mergeParagraph: { at },
  formatText: { at, set: within(TEXT_FORMAT, true) },
  formatParagraph: { at, set: within(PARAGRAPH_FORMAT, true) },
  insertRow: { at, side, cells: maybe(list(text(0), MOST_CELLS)) },
  deleteRow: { at },
  footnote: { at, text: text(1) },
  comment: { at, until: maybe(at), text: text(1) },
  reply: { comment, text: text(1) },
  resolve: { comment },
  reopen: { comment },
  deleteComment: { comment },
};

/**
 * A list of edits from JSON.
 *
 * @throws {RedlineError} `edit/invalid` with the number of the edit, for whatever is not as `Edit` says
 */
export function readEdits(json: unknown): readonly Edit[] {
  if (!Array.isArray(json)) throw editFault('edit/invalid', 'The edits are not a list.');
  if (json.length > MOST_EDITS) throw editFault('edit/invalid', `A list has at most ${MOST_EDITS} edits.`);
  return json.map((item: unknown, i) => numbered(i, () => readEdit(item)));
}

function readEdit(item: unknown): Edit {
  if (typeof item !== 'object' || item === null) throw invalid('it', 'is an object');
  const op: unknown = 'op' in item ? item.op : undefined;
  oneOf(...Object.keys(SHAPES))(op, 'op');
  object(item, { op: () => {}, ...SHAPES[op as Edit['op']] }, 'it');
  return item as Edit;
}
