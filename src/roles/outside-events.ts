import type { Log, OutsideEvent } from '../kit/index.ts';

/** Writes down what somebody should look at: damage, breakers that move, and calls that got no answer. */
export function logOutside(log: Log): (part: string, event: OutsideEvent) => void {
  return (part, event) => {
    if (event.kind === 'breaker') log.warn('breaker', { part, state: event.state });
    if (event.kind !== 'attempt') return;
    const { call, durationMs } = event;
    if (event.outcome === 'damaged') log.error('damaged', { part, call });
    if (event.outcome === 'late') log.warn('no answer', { part, call, durationMs });
  };
}
