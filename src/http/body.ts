import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { describeError, type Log } from '../kit/index.ts';
import { toProblem } from './errors.ts';
import type { HttpEnv } from './services.ts';

/**
 * A body that is sent while it is made. Where it cannot be made to its end its connection is broken, so that nobody takes
 * a part for the whole; nothing of the error is sent.
 */
export function sendWhole(
  c: Context<HttpEnv>,
  body: ReadableStream<Uint8Array>,
  headers: Record<string, string>,
  log: Log,
): Response {
  const reader = body.getReader();
  let isCancelled = false;
  const guarded = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          // Whoever goes away while it waits ends the reading, and has closed this already.
          if (isCancelled) return;
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          if (isCancelled) return;
          c.get('noteFailure')?.(error);
          const { problem, unexpected } = toProblem(error, c.get('requestId'));
          const said = { requestId: c.get('requestId'), code: problem.code };
          if (unexpected) log.error('unexpected error', { ...said, ...describeError(error) });
          else log.info('an answer was broken off', said);
          (c.env as Partial<HttpBindings> | undefined)?.outgoing?.destroy();
          controller.close();
        }
      },
      cancel: (reason) => {
        isCancelled = true;
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  c.set('streamed', true);
  return c.body(guarded, 200, headers);
}
