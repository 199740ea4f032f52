import { move, transferableSymbol, valueSymbol } from 'piscina';
import { RedlineError } from '../redline/index.ts';
import { type EngineAnswer, type EngineTask, toRefusal, transferable } from './engine-task.ts';
import { operate } from './operations.ts';
import { pour } from './pieces.ts';

/** What the pool's threads run: the pure engine, given Node's codec. */
export async function runEngineTask({ operation, inputs, options, port }: EngineTask): Promise<unknown> {
  try {
    const result = await operate(operation, inputs, options);
    if (port !== undefined) {
      await pour(result as Iterable<string>, port);
      return { kind: 'result', result: null };
    }
    const { value, buffers } = transferable(result);
    return handedOver({ kind: 'result', result: value }, buffers);
  } catch (error) {
    if (error instanceof RedlineError) return { kind: 'refusal', refusal: toRefusal(error) };
    throw error;
  }
}

/** The pool library's form of a result whose buffers are transferred, not copied. */
function handedOver(value: EngineAnswer, buffers: readonly ArrayBuffer[]): unknown {
  return move({ [valueSymbol]: value, [transferableSymbol]: buffers } as unknown as Movable);
}

/** Its types know only what the platform can transfer by itself. */
type Movable = Parameters<typeof move>[0];
