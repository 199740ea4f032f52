import { nodeCodec } from '../kit/index.ts';
import {
  type BlacklineOptions,
  blackline,
  DECORATIONS,
  DEFAULT_BLACKLINE,
  DEFAULT_LIMITS,
  renderPage,
  type Statistics,
  statistics,
  VIEWS,
} from '../redline/index.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import type { Content } from './output.ts';
import { oneOf, type Produced, type ProduceFlags, produce } from './produce.ts';

export interface HtmlFlags extends ProduceFlags {
  readonly view: string;
}

/** `redline html`: resolves with the exit code. */
export async function runHtml(document: string, flags: HtmlFlags, io: Io): Promise<number> {
  const view = oneOf('--view', flags.view, VIEWS);
  const work = ([bytes]: readonly [Uint8Array]) => {
    const content = renderPage(bytes, { view, limits: DEFAULT_LIMITS }, nodeCodec);
    return withFigures(content, bytes);
  };
  return await produce([{ name: document, role: 'document' }] as const, flags, 'Rendering', work, io);
}

export interface BlacklineFlags extends ProduceFlags {
  readonly insertion?: string;
  readonly deletion?: string;
  readonly moveFrom?: string;
  readonly moveTo?: string;
  readonly formatting?: string;
}

/** `redline blackline`: resolves with the exit code. */
export async function runBlackline(document: string, flags: BlacklineFlags, io: Io): Promise<number> {
  const looks: BlacklineOptions = {
    insertion: lookOf('--insertion', flags.insertion, DEFAULT_BLACKLINE.insertion),
    deletion: lookOf('--deletion', flags.deletion, DEFAULT_BLACKLINE.deletion),
    moveFrom: lookOf('--move-from', flags.moveFrom, DEFAULT_BLACKLINE.moveFrom),
    moveTo: lookOf('--move-to', flags.moveTo, DEFAULT_BLACKLINE.moveTo),
    formatting: formattingOf(flags.formatting),
  };
  const work = ([bytes]: readonly [Uint8Array]) =>
    withFigures(blackline(bytes, nodeCodec, DEFAULT_LIMITS, looks), bytes);
  return await produce([{ name: document, role: 'document' }] as const, flags, 'Drawing', work, io);
}

function formattingOf(given: string | undefined): Look | null {
  const { formatting, insertion } = DEFAULT_BLACKLINE;
  if (given === 'none') return null;
  return given === undefined ? formatting : lookOf('--formatting', given, formatting ?? insertion);
}

type Look = BlacklineOptions['insertion'];

/** `double-underline`, `double-underline:0000C8` or `strike:none`, which leaves the text its colour. */
function lookOf(flag: string, given: string | undefined, otherwise: Look): Look {
  if (given === undefined) return otherwise;
  const [decoration = '', color, ...more] = given.split(':');
  const known = DECORATIONS.find((one) => one === decoration);
  const isColor = color === undefined || color === 'none' || /^[0-9a-f]{6}$/i.test(color);
  if (known === undefined || !isColor || more.length > 0) {
    const example = `${DECORATIONS.join(', ')}, with a colour such as double-underline:0000C8 or strike:none`;
    throw new CliError('usage', `${flag} is one of ${example}`);
  }
  return {
    decoration: known,
    color: color === undefined ? otherwise.color : color === 'none' ? null : color,
  };
}

/** What the document holds, for `--json` and for people; counted when somebody asks. */
function withFigures(content: Content, document: Uint8Array): Produced {
  let counted: Statistics | undefined;
  const report = (): Statistics => {
    counted ??= statistics(document, nodeCodec, DEFAULT_LIMITS);
    return counted;
  };
  return {
    content,
    get report() {
      return report();
    },
    get summary() {
      return summaryOf(report());
    },
  };
}

function summaryOf({ words, clauses, counts }: Statistics): string {
  const changed = clauses.length - counts.unchanged;
  return (
    `  words    ${words.inserted} inserted, ${words.deleted} deleted, ${words.moved} moved` +
    ` (${words.original} before, ${words.modified} after)\n` +
    `  clauses  ${changed} of ${clauses.length} changed`
  );
}
