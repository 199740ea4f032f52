import type { Log, OutsideEvent } from '../kit/index.ts';

/** Writes down what somebody should look at: breakers that move, and calls that got no answer. `Integrity` tells of damage. */
export function logOutside(log: Log): (part: string, event: OutsideEvent) => void {
  return (part, event) => {
    if (event.kind === 'breaker') log.warn('breaker', { part, state: event.state });
    if (event.kind !== 'attempt') return;
    const { call, durationMs } = event;
    if (event.outcome === 'late') log.warn('no answer', { part, call, durationMs });
  };
}
