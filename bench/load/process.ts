import { readFileSync } from 'node:fs';

// What the kernel knows of a process (Linux, proc(5)).

const TICKS_PER_SECOND = 100;

/** Seconds of processor time that a process has taken so far, in all of its threads. */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Bytes of memory that a process holds. */
function residentBytes(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** Looks at a process again and again, until it is stopped. */
export class Watch {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  readonly #before: number;
  #peak = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#before = processorSeconds(pid);
    this.#timer = setInterval(() => this.#look(), 50);
  }

  #look(): void {
    this.#peak = Math.max(this.#peak, residentBytes(this.#pid));
  }

  /** @returns what it took since the watch began. */
  stop(): { readonly peakBytes: number; readonly processorSeconds: number } {
    clearInterval(this.#timer);
    this.#look();
    return { peakBytes: this.#peak, processorSeconds: processorSeconds(this.#pid) - this.#before };
  }
}
