import { MessageChannel, type MessagePort } from 'node:worker_threads';

// A text that a thread makes and somebody else reads, at the speed of whoever is slower.

/** Characters that are gathered before they cross over; the first piece crosses by itself, so that it is early. */
const PIECE = 64 * 1024;
/** Pieces that are made before anybody has asked for them. */
const AHEAD = 16;

/**
 * Sends a text through a port, encoded, as many pieces as the other side asks for; then `null`. Runs in the thread.
 *
 * @throws what making the text throws.
 */
export async function pour(text: Iterable<string>, port: MessagePort): Promise<void> {
  let asked = 0;
  let wake = (): void => {};
  port.on('message', () => {
    asked += 1;
    wake();
  });
  try {
    for (const piece of gathered(text)) {
      while (asked === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      asked -= 1;
      const bytes = new TextEncoder().encode(piece);
      port.postMessage(bytes, [bytes.buffer]);
    }
    port.postMessage(null);
  } finally {
    port.close();
  }
}

function* gathered(text: Iterable<string>): Generator<string> {
  let piece = '';
  let least = 0;
  for (const part of text) {
    piece += part;
    if (piece.length < least) continue;
    yield piece;
    piece = '';
    least = PIECE;
  }
  if (piece !== '') yield piece;
}

/** The reading end. */
export interface Tap {
  /** For the thread that pours. */
  readonly port: MessagePort;
  readonly text: ReadableStream<Uint8Array>;
  /** Ends the text early: whoever reads gets the error. */
  fail(error: unknown): void;
  /** Resolves when the first piece is there, or all has come. */
  readonly begun: Promise<void>;
}

/** @param abandon is called when nobody reads any more. */
export function openTap(abandon: () => void): Tap {
  const { port1: near, port2: far } = new MessageChannel();
  let began = (): void => {};
  const begun = new Promise<void>((resolve) => {
    began = resolve;
  });
  // Somebody waits for the piece that was asked for; nobody at first.
  let came = (): void => {};
  let fail = (_: unknown): void => {};
  let open = true;
  const end = (): void => {
    open = false;
    near.close();
    came();
  };
  const text = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        near.on('message', (bytes: Uint8Array | null) => {
          began();
          if (!open) return;
          if (bytes !== null) controller.enqueue(bytes);
          else controller.close();
          if (bytes === null) end();
          else came();
        });
        fail = (error) => {
          if (open) controller.error(error);
          end();
        };
      },
      // The stream calls again when this piece is there and it has room for another.
      pull: () =>
        new Promise<void>((resolve) => {
          came = resolve;
          near.postMessage(null);
        }),
      cancel: () => {
        end();
        abandon();
      },
    },
    { highWaterMark: AHEAD },
  );
  return { port: far, text, fail: (error) => fail(error), begun };
}
