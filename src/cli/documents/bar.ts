import { paint, type Sink } from '../io.ts';

const WIDTH = 24;
const CLEAR_LINE = '\r\x1b[K';

export interface Bar {
  /** @param share 0 to 1 @param note what is the matter, or nothing */
  readonly show: (share: number, note?: string) => void;
  /** Takes it away. */
  readonly end: () => void;
}

/** How far a file is, on a terminal; silent everywhere else. */
export function createBar(sink: Sink, name: string): Bar {
  if (sink.isTTY !== true) return { show: () => {}, end: () => {} };
  const ignore = (): void => {};
  let last = '';
  return {
    show: (share, note = '') => {
      const done = Math.round(share * WIDTH);
      const bar = paint(sink, 'green', '█'.repeat(done)) + paint(sink, 'dim', '░'.repeat(WIDTH - done));
      const line = `${bar} ${Math.floor(share * 100)} % ${name}${note && `: ${note}`}`;
      if (line !== last) sink.write(`${CLEAR_LINE}${line}`, ignore);
      last = line;
    },
    end: () => sink.write(CLEAR_LINE, ignore),
  };
}
