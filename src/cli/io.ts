import type { Readable } from 'node:stream';

/** A stream that takes data, and may be a terminal. */
export interface Sink {
  readonly isTTY?: boolean;
  readonly hasColors?: () => boolean;
  write(data: string | Uint8Array, done: (error?: Error | null) => void): unknown;
}

/** What a command sees of its process. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** Data. */
  readonly stdout: Sink;
  /** Progress and errors. */
  readonly stderr: Sink;
  /** Wall clock. */
  readonly today: () => Date;
}

/** Resolves when the data has been handed on; rejects when nobody takes it any more. */
export function write(sink: Sink, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    sink.write(data, (error) => (error ? reject(error) : resolve()));
  });
}

const SGR = { bold: 1, dim: 2, red: 31, green: 32 } as const;

/** Coloured on a terminal that has colours (`hasColors` heeds NO_COLOR), plain everywhere else. */
export function paint(sink: Sink, color: keyof typeof SGR, text: string): string {
  const hasColors = sink.isTTY === true && sink.hasColors?.() === true;
  return hasColors ? `\x1b[${SGR[color]}m${text}\x1b[0m` : text;
}
