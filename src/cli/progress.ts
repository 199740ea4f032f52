import { paint, type Sink } from './io.ts';

export interface Progress {
  /** Names what happens from now on. */
  readonly stage: (name: string) => void;
  /** Takes the bar away. */
  readonly end: () => void;
}

const CLEAR_LINE = '\r\x1b[K';

/** A bar of so many stages on a terminal; silent everywhere else. */
export function createProgress(sink: Sink, stages: number): Progress {
  if (sink.isTTY !== true) return { stage: () => {}, end: () => {} };
  let at = 0;
  const ignore = (): void => {};
  return {
    stage: (name) => {
      at = Math.min(at + 1, stages);
      const bar = paint(sink, 'green', '█'.repeat(at)) + paint(sink, 'dim', '░'.repeat(stages - at));
      sink.write(`${CLEAR_LINE}${bar} ${name} …`, ignore);
    },
    end: () => sink.write(CLEAR_LINE, ignore),
  };
}
