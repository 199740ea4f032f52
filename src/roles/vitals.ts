import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Vitals } from '../http/index.ts';

/** How often the event loop's delay is sampled. The histogram counts this interval as delay, so it is taken off. */
const RESOLUTION_MS = 5;

/** Watches the event loop from now on. */
export function watchVitals(): { read(): Vitals; stop(): void } {
  const started = performance.now();
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const late = (nanoseconds: number) =>
    Math.max(0, Math.round(nanoseconds / 1e4 - RESOLUTION_MS * 100) / 100);
  return {
    read: () => {
      const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
      return {
        uptimeSeconds: Math.round((performance.now() - started) / 100) / 10,
        eventLoopDelayMs: {
          p50: late(delay.percentile(50)),
          p99: late(delay.percentile(99)),
          max: late(delay.max),
        },
        memoryBytes: { rss, heapUsed, buffers: arrayBuffers },
      };
    },
    stop: () => {
      delay.disable();
    },
  };
}
