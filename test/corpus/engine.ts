import { Worker } from 'node:worker_threads';
import type { Report } from '../../src/redline/index.ts';

/** Paths of the two inputs and of the redline to write. */
export interface EngineJob {
  readonly original: string;
  readonly modified: string;
  readonly redline: string;
}

export type EngineOutcome =
  | {
      readonly kind: 'returned';
      readonly ms: number;
      readonly report: Report;
      readonly isDeterministic: boolean;
    }
  /** The engine could not prove a redline exact, and said so. */
  | { readonly kind: 'refused'; readonly ms: number; readonly why: string }
  /** Anything else: another typed error, a crash, a run past its time. */
  | { readonly kind: 'failed'; readonly ms: number; readonly why: string };

/** The engine in a thread of its own, which a run past its time or out of memory cannot take along. */
export class EngineThread {
  private worker: Worker | null = null;
  private settle: (outcome: EngineOutcome) => void = () => {};
  private readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
  }

  /** One job at a time. */
  async run(job: EngineJob): Promise<EngineOutcome> {
    this.worker ??= this.start();
    const answer = new Promise<EngineOutcome>((resolve) => {
      this.settle = resolve;
    });
    const timer = setTimeout(() => this.fail(`no answer in ${this.timeoutMs} ms`), this.timeoutMs);
    this.worker.postMessage(job);
    const outcome = await answer;
    clearTimeout(timer);
    return outcome;
  }

  async stop(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(new URL('./engine-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 2048 },
    });
    worker.on('message', (outcome: EngineOutcome) => this.settle(outcome));
    worker.on('error', (error) => this.fail(`thread: ${String(error)}`));
    return worker;
  }

  /** The next job gets a fresh thread. */
  private fail(why: string): void {
    const worker = this.worker;
    this.worker = null;
    void worker?.terminate();
    this.settle({ kind: 'failed', ms: this.timeoutMs, why });
  }
}
