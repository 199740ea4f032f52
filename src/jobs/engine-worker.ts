import { move, transferableSymbol, valueSymbol } from 'piscina';
import { nodeCodec } from '../kit/index.ts';
import { compare, RedlineError, renderHtml } from '../redline/index.ts';
import {
  type CompareTask,
  type EngineAnswer,
  type EngineTask,
  toRefusal,
  transferable,
} from './engine-task.ts';

/** What the pool's threads run: the pure engine, given Node's codec. */
export function runEngineTask(task: EngineTask): unknown {
  try {
    return task.kind === 'compare'
      ? compareDocuments(task)
      : { kind: 'page', html: renderHtml(task.redline, nodeCodec, task.limits) };
  } catch (error) {
    if (error instanceof RedlineError) return { kind: 'refusal', refusal: toRefusal(error) };
    throw error;
  }
}

function compareDocuments({ original, modified, options }: CompareTask): unknown {
  const { redline, report } = compare(original, modified, options, nodeCodec);
  const bytes = transferable(redline);
  return handedOver({ kind: 'comparison', comparison: { redline: bytes, report } }, [bytes.buffer]);
}

/** The pool library's form of a result whose buffers are transferred, not copied. */
function handedOver(value: EngineAnswer, buffers: readonly ArrayBuffer[]): unknown {
  return move({ [valueSymbol]: value, [transferableSymbol]: buffers } as unknown as Movable);
}

/** Its types know only what the platform can transfer by itself. */
type Movable = Parameters<typeof move>[0];
