import { describeError, type Log } from '../kit/index.ts';
import type { ShutdownPhase } from './role.ts';

/** Runs the phases one after the other. One that fails or takes too long is logged, and the next one begins. */
export async function shutDown(phases: readonly ShutdownPhase[], log: Log): Promise<void> {
  for (const phase of phases) {
    try {
      await inTime(phase);
    } catch (error) {
      log.warn('shutdown phase not finished', { phase: phase.name, ...describeError(error) });
    }
  }
}

async function inTime(phase: ShutdownPhase): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The deadline of the phase passed.')), phase.deadlineMs);
  });
  try {
    await Promise.race([phase.run(), late]);
  } finally {
    clearTimeout(timer);
  }
}
