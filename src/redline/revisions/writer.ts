import { encodeText, outer } from '../ooxml/index.ts';
import type { MergeContext, Side, State } from './context.ts';
import type { AtomItem, GroupItem, Item, MarkItem, Run } from './items.ts';

const WRAPPER: Readonly<Record<Exclude<State, 'keep'>, string>> = {
  del: 'w:del',
  ins: 'w:ins',
  from: 'w:moveFrom',
  to: 'w:moveTo',
};

const TEXT = ['<w:t xml:space="preserve">', '</w:t>'] as const;
const DELETED_TEXT = ['<w:delText xml:space="preserve">', '</w:delText>'] as const;

/** Blocks that some files hold in paragraphs, where the schema has none. */
const BLOCKS = new Set(['w:tbl', 'w:p']);

/** Deleted text has its own elements (§17.3.3.7, §17.16.13); a text box inside is a story of its own. */
export function deletedText(xml: string): string {
  if (!/<w:(?:t|instrText)[\s/>]/.test(xml)) return xml;
  return xml
    .split(/(<(?:w|wne):txbxContent[\s>][\s\S]*<\/(?:w|wne):txbxContent>)/)
    .map((part, i) =>
      i % 2 === 1
        ? part
        : part.replace(
            /(<\/?w:)(?:t(?=[\s/>])|instrText(?=[\s/>]))/g,
            (tag, head: string) => `${head}${tag.includes('instr') ? 'delInstrText' : 'delText'}`,
          ),
    )
    .join('');
}

/** The side whose content a state shows; kept content is the original's. */
function sideOf(state: State): Side {
  return state === 'ins' || state === 'to' ? 'modified' : 'original';
}

/** Writes inline content: runs, and the revisions around them, each opened once for a stretch. */
export class InlineWriter {
  readonly #ctx: MergeContext;
  #out: string[] = [];
  #text = '';
  #state: State = 'keep';
  #run: Run | undefined;
  #runOpen = false;
  /** Open groups that the revision holds: inside them nothing is wrapped again. */
  #held = 0;

  constructor(ctx: MergeContext) {
    this.#ctx = ctx;
  }

  /** What was written since the last call. */
  take(): string {
    this.#enter('keep');
    const text = this.#out.join('');
    this.#out = [];
    return text;
  }

  /** What needs nothing around it: ends of ranges, revisions written elsewhere. */
  xml(xml: string): void {
    this.#enter('keep');
    this.#push(xml);
  }

  text(text: string, run: Run, state: State): void {
    this.#openRun(run, state);
    this.#text += text;
  }

  /** Is kept content of this run being written? */
  isIn(run: Run): boolean {
    return this.#runOpen && this.#run === run && this.#state === 'keep';
  }

  /** Text of a run is gathered and written as one element. */
  #push(piece: string): void {
    if (this.#text !== '') {
      const [open, close] = this.#state === 'del' ? DELETED_TEXT : TEXT;
      this.#out.push(open, encodeText(this.#text), close);
      this.#text = '';
    }
    this.#out.push(piece);
  }

  atom(item: AtomItem, state: State, xml: string = this.#atomXml(item, state)): void {
    if (item.run) this.#openRun(item.run, state);
    else {
      this.#enter(BLOCKS.has(item.element.name) ? 'keep' : state);
      this.#closeRun();
    }
    this.#push(xml);
  }

  #atomXml(item: AtomItem, state: State): string {
    const { element } = item;
    if (element.name === 'w:footnoteReference' || element.name === 'w:endnoteReference')
      return this.#ctx.note(element, state);
    if (state === 'keep') return outer(element);
    const removed = sideOf(state) === 'original' ? 'del' : 'ins';
    if (BLOCKS.has(element.name)) return this.#ctx.block(element, removed);
    const xml = this.#ctx.withoutShared(outer(element), sideOf(state));
    return state === 'del' ? deletedText(xml) : xml;
  }

  mark(item: MarkItem, side: Side, state: State): void {
    const xml = this.#ctx.mark(item.element, side);
    if (xml === '') return;
    if (item.run) this.#openRun(item.run, state);
    else {
      if (this.#held === 0) this.#enter('keep');
      this.#closeRun();
    }
    this.#push(xml);
  }

  /** Opening and closing tags of a group whose content is written by `body`. */
  group(item: GroupItem, body: () => void): void {
    this.#enter('keep');
    this.#push(item.open);
    body();
    this.#enter('keep');
    this.#push(item.close);
  }

  /** A whole item, marked as it is. */
  item(item: Item, state: State): void {
    switch (item.kind) {
      case 'text':
        this.text(item.text, item.run, state);
        break;
      case 'atom':
        this.atom(item, state);
        break;
      case 'mark':
        this.mark(item, sideOf(state), state);
        break;
      case 'group':
        this.#wholeGroup(item, state);
        break;
      case 'end':
        throw new Error('a paragraph end is not inline content');
    }
  }

  #wholeGroup(item: GroupItem, state: State): void {
    const body = (): void => {
      for (const inner of [...item.head, ...item.items, ...item.tail]) this.item(inner, state);
    };
    if (item.tracked === 'parts') body();
    else if (item.tracked === 'inside' && this.#held === 0) this.group(item, body);
    else {
      this.#enter(state);
      this.#closeRun();
      const from = this.#out.length;
      this.#push(item.open);
      this.#held++;
      body();
      this.#closeRun();
      this.#held--;
      this.#push(item.close);
      if (this.#held === 0)
        this.#push(this.#ctx.withoutShared(this.#out.splice(from).join(''), sideOf(state)));
    }
  }

  #enter(state: State): void {
    if (this.#held > 0) return;
    if (state === this.#state) {
      if (state === 'keep') this.#closeRun();
      return;
    }
    this.#closeRun();
    if (this.#state !== 'keep') this.#push(`</${WRAPPER[this.#state]}>`);
    if (state !== 'keep') {
      this.#push(`<${WRAPPER[state]}${this.#ctx.stamp()}>`);
      if (state === 'ins') this.#ctx.tally.insertions++;
      if (state === 'del') this.#ctx.tally.deletions++;
    }
    this.#state = state;
  }

  #openRun(run: Run, state: State): void {
    if (this.#runOpen && this.#run === run && (this.#state === state || this.#held > 0)) return;
    this.#enter(state);
    this.#closeRun();
    this.#push(run.open);
    this.#push(this.#properties(run));
    this.#run = run;
    this.#runOpen = true;
  }

  #properties(run: Run): string {
    if (run.former === undefined) return run.props.xml;
    this.#ctx.tally.runFormatting++;
    return `<w:rPr>${run.props.inner}<w:rPrChange${this.#ctx.stamp()}><w:rPr>${run.former.inner}</w:rPr></w:rPrChange></w:rPr>`;
  }

  #closeRun(): void {
    if (!this.#runOpen) return;
    this.#push('</w:r>');
    this.#runOpen = false;
  }
}
