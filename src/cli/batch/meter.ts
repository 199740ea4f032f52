import type { BatchItem } from '../../reports/index.ts';
import { paint, type Sink } from '../io.ts';

/** How far a batch is. */
export interface Meter {
  begin(name: string): void;
  done(item: Pick<BatchItem, 'name' | 'outcome' | 'problem'>): void;
  /** Takes the bar away. */
  end(): void;
}

const CLEAR_LINE = '\r\x1b[K';
const CELLS = 24;
/** Columns that a name may take. */
const NAME_COLUMNS = 32;

/** A bar on a terminal; elsewhere a line for each pair that failed. */
export function createMeter(sink: Sink, all: number, now: () => number = () => performance.now()): Meter {
  const ignore = (): void => {};
  const begun = now();
  let [done, failed, running] = [0, 0, ''];
  const draw = () => {
    if (sink.isTTY !== true) return;
    const full = Math.floor((done / all) * CELLS);
    const bar = paint(sink, 'green', '█'.repeat(full)) + paint(sink, 'dim', '░'.repeat(CELLS - full));
    const bad = failed === 0 ? '' : `, ${paint(sink, 'red', `${failed} failed`)}`;
    sink.write(
      `${CLEAR_LINE}${bar} ${done} of ${all}${bad}${left(now() - begun, done, all)}  ${running}`,
      ignore,
    );
  };
  return {
    begin: (name) => {
      running = name.length > NAME_COLUMNS ? `…${name.slice(1 - NAME_COLUMNS)}` : name;
      draw();
    },
    done: ({ name, outcome, problem }) => {
      done += 1;
      if (outcome === 'failed') {
        failed += 1;
        const clear = sink.isTTY === true ? CLEAR_LINE : '';
        sink.write(
          `${clear}${paint(sink, 'red', 'failed')} ${name}: ${problem?.detail} (${problem?.code})\n`,
          ignore,
        );
      }
      draw();
    },
    end: () => {
      if (sink.isTTY === true) sink.write(CLEAR_LINE, ignore);
    },
  };
}

/** By what the pairs took so far. */
function left(ms: number, done: number, all: number): string {
  if (done < 3 || done === all) return '';
  const seconds = Math.ceil(((ms / done) * (all - done)) / 1000);
  return seconds < 120 ? `, ${seconds} s left` : `, ${Math.ceil(seconds / 60)} min left`;
}
