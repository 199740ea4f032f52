import type { MergeContext } from './context.ts';
import type { Run } from './items.ts';
import { InlineWriter } from './writer.ts';

/** Paragraphs of both sides as they go into the result, and the runs whose formatting changed. */
export class Merge {
  readonly writer: InlineWriter;
  readonly ctx: MergeContext;
  #paragraphs: string[] = [];
  /** The run written last that both sides have. */
  #last: { readonly from: Run; readonly run: Run } | undefined;
  /** One run for each pair of former and new run, so that neighbours stay together. */
  readonly #changedRuns = new Map<Run, Map<Run, Run>>();

  constructor(ctx: MergeContext) {
    this.ctx = ctx;
    this.writer = new InlineWriter(ctx);
  }

  take(): string {
    const text = this.#paragraphs.join('');
    this.#paragraphs = [];
    return text;
  }

  end(tag: string, properties: string): void {
    this.#paragraphs.push(tag, properties, this.writer.take(), '</w:p>');
  }

  /**
   * A blank behind a word that changed alike: one change stays one.
   *
   * @param to  its run on the other side, if it is there
   */
  runOfBlank(from: Run, to?: Run): Run {
    const last = this.#last;
    if (last?.from !== from || !this.writer.isIn(last.run)) return from;
    return to === undefined || last.run.props.key === to.props.key ? last.run : from;
  }

  run(from: Run, to: Run): Run {
    const run = this.#changedRun(from, to);
    this.#last = { from, run };
    return run;
  }

  #changedRun(from: Run, to: Run): Run {
    if (from.props.key === to.props.key) return from;
    const row = this.#changedRuns.get(from) ?? new Map<Run, Run>();
    this.#changedRuns.set(from, row);
    const known = row.get(to);
    if (known) return known;
    if (this.ctx.ignore.formatting) {
      this.ctx.passOver('formatting');
      row.set(to, from);
      return from;
    }
    const fresh: Run = { open: from.open, props: to.props, former: from.props };
    row.set(to, fresh);
    return fresh;
  }
}
