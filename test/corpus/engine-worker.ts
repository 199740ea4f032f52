import { readFileSync, writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { nodeCodec } from '../../src/kit/index.ts';
import { compare, DEFAULT_AUTHOR, DEFAULT_LIMITS, RedlineError } from '../../src/redline/index.ts';
import type { EngineJob, EngineOutcome } from './engine.ts';

const options = { author: DEFAULT_AUTHOR, date: '2026-01-01T00:00:00Z', limits: DEFAULT_LIMITS };

function run(job: EngineJob): EngineOutcome {
  const original = new Uint8Array(readFileSync(job.original));
  const modified = new Uint8Array(readFileSync(job.modified));
  const start = performance.now();
  try {
    const { redline, report } = compare(original, modified, options, nodeCodec);
    const ms = performance.now() - start;
    writeFileSync(job.redline, redline);
    const again = compare(original, modified, options, nodeCodec).redline;
    return { kind: 'returned', ms, report, isDeterministic: Buffer.compare(redline, again) === 0 };
  } catch (error) {
    return failure(error, performance.now() - start);
  }
}

function failure(error: unknown, ms: number): EngineOutcome {
  if (error instanceof RedlineError) {
    const kind = error.code === 'redline/not-exact' ? 'refused' : 'failed';
    const where = [error.details.story, error.details.part].filter(Boolean).join(' in ');
    return { kind, ms, why: `${error.code} ${where}: ${error.message}` };
  }
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: 'failed', ms, why: why.split('\n').slice(0, 4).join(' | ') };
}

parentPort?.on('message', (job: EngineJob) => parentPort?.postMessage(run(job)));
