import { queueOptionsSymbol } from 'piscina';
import type { EngineTask } from './engine-task.ts';
import type { KeptSubject } from './operations.ts';

/** Documents of which it is remembered where they were worked on. */
const MOST_KNOWN = 1000;

/** A thread as the pool library shows it. */
interface Thread {
  readonly id: number;
  readonly currentUsage: number;
}

/** What is asked about one kept document goes to the thread that worked on it before, where that one is free. */
export class SameThread {
  readonly #threads = new Map<string, number>();

  /** The task as the library is given it: `choose` is told what it is about. */
  marked(task: EngineTask): EngineTask {
    const subject = subjectOf(task.options);
    return subject === undefined ? task : Object.assign(task, { [queueOptionsSymbol]: { subject } });
  }

  /** @param options  of a task that was marked; `null` of others */
  choose<Worker extends Thread>(options: object | null, workers: readonly Worker[]): Worker | null {
    const free = workers.filter((worker) => worker.currentUsage === 0);
    const subject = options !== null && 'subject' in options ? String(options.subject) : undefined;
    if (subject === undefined) return free[0] ?? null;
    const known = this.#threads.get(subject);
    const chosen = free.find(({ id }) => id === known) ?? free[0] ?? null;
    this.#threads.delete(subject);
    if (chosen !== null) this.#threads.set(subject, chosen.id);
    const [oldest] = this.#threads.keys();
    if (this.#threads.size > MOST_KNOWN && oldest !== undefined) this.#threads.delete(oldest);
    return chosen;
  }
}

function subjectOf(options: unknown): string | undefined {
  if (typeof options !== 'object' || options === null || !('kept' in options)) return undefined;
  const { tenant, id } = options.kept as KeptSubject;
  return `${tenant} ${id}`;
}
